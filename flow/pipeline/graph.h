// Cycles of a graph.
#ifndef FLOW_PIPELINE_GRAPH_H_
#define FLOW_PIPELINE_GRAPH_H_

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace flow::pipeline {

// Node → the nodes that it points to.
using Graph = std::vector<std::vector<int>>;

// One cycle for every set of nodes that reach each other, from its first node back to it: {0, 1, 0} for 0 ⇄ 1. Sorted
// by the first node. In time proportional to the graph, and to its size once more for every cycle told.
std::vector<std::vector<int>> FindCycles(const Graph& graph, size_t max_cycles = 20);

namespace graph_internal {

// Tarjan's strongly connected components, on a stack of its own: a chain of 10,000 components must not use up the
// program's. The component's number for every node.
inline std::vector<int> StrongComponents(const Graph& graph) {
  const int size = static_cast<int>(graph.size());
  std::vector<int> order(size, -1), low(size, 0), component(size, -1), pending;
  std::vector<std::pair<int, size_t>> path;  // node, how many of its edges are done
  int next_order = 0, next_component = 0;
  const auto enter = [&](int node) {
    order[node] = low[node] = next_order++;
    pending.push_back(node);
    path.emplace_back(node, 0);
  };
  for (int start = 0; start < size; ++start) {
    if (order[start] < 0) enter(start);
    while (!path.empty()) {
      const int node = path.back().first;
      if (path.back().second < graph[node].size()) {
        const int next = graph[node][path.back().second++];
        if (order[next] < 0) {
          enter(next);
        } else if (component[next] < 0) {
          low[node] = std::min(low[node], order[next]);
        }
        continue;
      }
      path.pop_back();
      if (!path.empty()) low[path.back().first] = std::min(low[path.back().first], low[node]);
      if (low[node] != order[node]) continue;
      int member;
      do {
        member = pending.back();
        pending.pop_back();
        component[member] = next_component;
      } while (member != node);
      ++next_component;
    }
  }
  return component;
}

// The shortest way from `start` back to it that stays within its component; empty: there is none.
inline std::vector<int> ShortestCycle(const Graph& graph, const std::vector<int>& component, int start) {
  std::vector<int> queue = {start};
  std::vector<int> before(graph.size(), -1);
  for (size_t i = 0; i < queue.size(); ++i) {
    for (int next : graph[queue[i]]) {
      if (component[next] != component[start]) continue;
      if (next == start) {
        std::vector<int> cycle = {start};
        for (int node = queue[i]; node != start; node = before[node]) cycle.push_back(node);
        cycle.push_back(start);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (before[next] >= 0) continue;
      before[next] = queue[i];
      queue.push_back(next);
    }
  }
  return {};
}

}  // namespace graph_internal

inline std::vector<std::vector<int>> FindCycles(const Graph& graph, size_t max_cycles) {
  const std::vector<int> component = graph_internal::StrongComponents(graph);
  std::vector<int> members(graph.size(), 0);
  for (int number : component) ++members[number];
  std::vector<bool> told(graph.size(), false);
  std::vector<std::vector<int>> cycles;
  for (int node = 0; node < static_cast<int>(graph.size()) && cycles.size() < max_cycles; ++node) {
    const bool points_to_itself = std::find(graph[node].begin(), graph[node].end(), node) != graph[node].end();
    if (told[component[node]] || (members[component[node]] == 1 && !points_to_itself)) continue;
    told[component[node]] = true;
    cycles.push_back(graph_internal::ShortestCycle(graph, component, node));
  }
  return cycles;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_GRAPH_H_
