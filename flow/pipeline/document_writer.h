// Nested mappings and lists as a text, written from top to bottom: as JSON (json_writer.h) or as YAML (compose/yaml.h).
#ifndef FLOW_PIPELINE_DOCUMENT_WRITER_H_
#define FLOW_PIPELINE_DOCUMENT_WRITER_H_

#include <string>

namespace flow::pipeline {

// The outermost mapping is at level 0; what is in a mapping or list is one level deeper than the key that opened it.
//
//   writer.Open(0, "ports");               ports:
//   writer.BeginItem();
//   writer.Literal(2, "target", "80");       - target: 80
//   writer.Open(0, "command");             command:
//   writer.Item(1, "run");                   - run
class DocumentWriter {
 public:
  virtual ~DocumentWriter() = default;

  // For a person, where the format has a place for that: a line of text, an empty line.
  virtual void Comment(int level, const std::string& text) = 0;
  virtual void Blank() = 0;

  // "KEY:", before what is one level deeper.
  virtual void Open(int level, const std::string& key) = 0;
  // A string.
  virtual void String(int level, const std::string& key, const std::string& text) = 0;
  // A string that the writer of the text knows to need no quotes where a format can do without: "10s".
  virtual void Word(int level, const std::string& key, const std::string& word) = 0;
  // As it stands: a number, true, false.
  virtual void Literal(int level, const std::string& key, const std::string& literal) = 0;
  // A string in a list.
  virtual void Item(int level, const std::string& text) = 0;
  // Makes the next line, of a mapping two levels below the list's key, the beginning of a list's entry.
  virtual void BeginItem() = 0;

  // The whole text; to be asked once.
  virtual std::string Take() = 0;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_DOCUMENT_WRITER_H_
