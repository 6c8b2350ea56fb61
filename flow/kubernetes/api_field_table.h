// The fields of the Kubernetes API that `x-kubernetes` may name. Written by tools/kubernetes/fields.py from core/v1/types.go
// of https://github.com/kubernetes/api and meta/v1/types.go of https://github.com/kubernetes/apimachinery; not to be edited.
#ifndef FLOW_KUBERNETES_API_FIELD_TABLE_H_
#define FLOW_KUBERNETES_API_FIELD_TABLE_H_

#include "absl/strings/string_view.h"

namespace flow::kubernetes {

// A type a line: its name, then FIELD:TAKES of each field. TAKES is text, whole, bool, quantity, port (a number or a text),
// any, or a type of the table; "{}TAKES": a mapping to that; "[KEY]TAKES": a list of that, whose entries are told apart by
// their KEY, "[]TAKES": by nothing.
inline constexpr absl::string_view kApiFields =
    R"(AWSElasticBlockStoreVolumeSource fsType:text partition:whole readOnly:bool volumeID:text
Affinity nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
AppArmorProfile localhostProfile:text type:text
AzureDiskVolumeSource cachingMode:text diskName:text diskURI:text fsType:text kind:text readOnly:bool
AzureFileVolumeSource readOnly:bool secretName:text shareName:text
CSIVolumeSource driver:text fsType:text nodePublishSecretRef:LocalObjectReference readOnly:bool volumeAttributes:{}text
Capabilities add:[]text drop:[]text
CephFSVolumeSource monitors:[]text path:text readOnly:bool secretFile:text secretRef:LocalObjectReference user:text
CinderVolumeSource fsType:text readOnly:bool secretRef:LocalObjectReference volumeID:text
ClientIPConfig timeoutSeconds:whole
ClusterTrustBundleProjection labelSelector:LabelSelector name:text optional:bool path:text signerName:text user:whole
ConfigMapEnvSource name:text optional:bool
ConfigMapKeySelector key:text name:text optional:bool
ConfigMapProjection items:[]KeyToPath name:text optional:bool
ConfigMapVolumeSource defaultMode:whole defaultUser:whole items:[]KeyToPath name:text optional:bool
Container args:[]text command:[]text env:[name]EnvVar envFrom:[]EnvFromSource image:text imagePullPolicy:text lifecycle:Lifecycle livenessProbe:Probe name:text ports:[containerPort]ContainerPort readinessProbe:Probe resizePolicy:[]ContainerResizePolicy resources:ResourceRequirements restartPolicy:text restartPolicyRules:[]ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool terminationMessagePath:text terminationMessagePolicy:text tty:bool volumeDevices:[devicePath]VolumeDevice volumeMounts:[mountPath]VolumeMount workingDir:text
ContainerPort containerPort:whole hostIP:text hostPort:whole name:text protocol:text
ContainerResizePolicy resourceName:text restartPolicy:text
ContainerRestartRule action:text exitCodes:ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator:text values:[]whole
DownwardAPIProjection items:[]DownwardAPIVolumeFile
DownwardAPIVolumeFile fieldRef:ObjectFieldSelector mode:whole path:text resourceFieldRef:ResourceFieldSelector user:whole
DownwardAPIVolumeSource defaultMode:whole defaultUser:whole items:[]DownwardAPIVolumeFile
EmptyDirVolumeSource medium:text mode:whole sizeLimit:quantity
EnvFromSource configMapRef:ConfigMapEnvSource prefix:text secretRef:SecretEnvSource
EnvVar name:text value:text valueFrom:EnvVarSource
EnvVarSource configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector
EphemeralContainer args:[]text command:[]text env:[name]EnvVar envFrom:[]EnvFromSource image:text imagePullPolicy:text lifecycle:Lifecycle livenessProbe:Probe name:text ports:[containerPort]ContainerPort readinessProbe:Probe resizePolicy:[]ContainerResizePolicy resources:ResourceRequirements restartPolicy:text restartPolicyRules:[]ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin:bool stdinOnce:bool targetContainerName:text terminationMessagePath:text terminationMessagePolicy:text tty:bool volumeDevices:[devicePath]VolumeDevice volumeMounts:[mountPath]VolumeMount workingDir:text
EphemeralVolumeSource volumeClaimTemplate:PersistentVolumeClaimTemplate
EvictionResponder name:text priority:whole
ExecAction command:[]text
FCVolumeSource fsType:text lun:whole readOnly:bool targetWWNs:[]text wwids:[]text
FileKeySelector key:text optional:bool path:text volumeName:text
FlexVolumeSource driver:text fsType:text options:{}text readOnly:bool secretRef:LocalObjectReference
FlockerVolumeSource datasetName:text datasetUUID:text
GCEPersistentDiskVolumeSource fsType:text partition:whole pdName:text readOnly:bool
GRPCAction mode:text port:whole service:text
GitRepoVolumeSource directory:text repository:text revision:text
GlusterfsVolumeSource endpoints:text path:text readOnly:bool
HTTPGetAction host:text httpHeaders:[]HTTPHeader path:text port:port protocol:text scheme:text
HTTPHeader name:text value:text
HostAlias hostnames:[]text ip:text
HostPathVolumeSource path:text type:text
ISCSIVolumeSource chapAuthDiscovery:bool chapAuthSession:bool fsType:text initiatorName:text iqn:text iscsiInterface:text lun:whole portals:[]text readOnly:bool secretRef:LocalObjectReference targetPortal:text
ImageVolumeSource pullPolicy:text reference:text
KeyToPath key:text mode:whole path:text user:whole
LabelSelector matchExpressions:[]LabelSelectorRequirement matchLabels:{}text
LabelSelectorRequirement key:text operator:text values:[]text
Lifecycle postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:text
LifecycleHandler exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction
LocalObjectReference name:text
ManagedFieldsEntry apiVersion:text fieldsType:text fieldsV1:any manager:text operation:text subresource:text time:text
NFSVolumeSource path:text readOnly:bool server:text
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
NodeSelector nodeSelectorTerms:[]NodeSelectorTerm
NodeSelectorRequirement key:text operator:text values:[]text
NodeSelectorTerm matchExpressions:[]NodeSelectorRequirement matchFields:[]NodeSelectorRequirement
ObjectFieldSelector apiVersion:text fieldPath:text
ObjectMeta annotations:{}text creationTimestamp:text deletionGracePeriodSeconds:whole deletionTimestamp:text finalizers:[]text generateName:text generation:whole labels:{}text managedFields:[]ManagedFieldsEntry name:text namespace:text ownerReferences:[uid]OwnerReference resourceVersion:text selfLink:text uid:text
OwnerReference apiVersion:text blockOwnerDeletion:bool controller:bool kind:text name:text uid:text
PersistentVolumeClaimSpec accessModes:[]text dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference resources:VolumeResourceRequirements selector:LabelSelector storageClassName:text volumeAttributesClassName:text volumeMode:text volumeName:text
PersistentVolumeClaimTemplate metadata:ObjectMeta spec:PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource claimName:text readOnly:bool
PhotonPersistentDiskVolumeSource fsType:text pdID:text
PodAffinity preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm
PodAffinityTerm labelSelector:LabelSelector matchLabelKeys:[]text mismatchLabelKeys:[]text namespaceSelector:LabelSelector namespaces:[]text topologyKey:text
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm
PodCertificateProjection certificateChainPath:text credentialBundlePath:text keyPath:text keyType:text maxExpirationSeconds:whole signerName:text user:whole userAnnotations:{}text
PodDNSConfig nameservers:[]text options:[]PodDNSConfigOption searches:[]text
PodDNSConfigOption name:text value:text
PodOS name:text
PodReadinessGate conditionType:text
PodResourceClaim name:text resourceClaimName:text resourceClaimTemplateName:text
PodSchedulingGate name:text
PodSchedulingGroup podGroupName:text
PodSecurityContext appArmorProfile:AppArmorProfile fsGroup:whole fsGroupChangePolicy:text runAsGroup:whole runAsNonRoot:bool runAsUser:whole seLinuxChangePolicy:text seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups:[]whole supplementalGroupsPolicy:text sysctls:[]Sysctl windowsOptions:WindowsSecurityContextOptions
PodSpec activeDeadlineSeconds:whole affinity:Affinity automountServiceAccountToken:bool containers:[name]Container dnsConfig:PodDNSConfig dnsPolicy:text enableServiceLinks:bool ephemeralContainers:[name]EphemeralContainer evictionResponders:[name]EvictionResponder hostAliases:[ip]HostAlias hostIPC:bool hostNetwork:bool hostPID:bool hostUsers:bool hostname:text hostnameOverride:text imagePullSecrets:[name]LocalObjectReference initContainers:[name]Container nodeName:text nodeSelector:{}text os:PodOS overhead:{}quantity preemptionPolicy:text priority:whole priorityClassName:text readinessGates:[]PodReadinessGate resourceClaims:[name]PodResourceClaim resources:ResourceRequirements restartPolicy:text runtimeClassName:text schedulerName:text schedulingGates:[name]PodSchedulingGate schedulingGroup:PodSchedulingGroup securityContext:PodSecurityContext serviceAccount:text serviceAccountName:text setHostnameAsFQDN:bool shareProcessNamespace:bool subdomain:text terminationGracePeriodSeconds:whole tolerations:[]Toleration topologySpreadConstraints:[topologyKey]TopologySpreadConstraint volumes:[name]Volume
PortworxVolumeSource fsType:text readOnly:bool volumeID:text
PreferredSchedulingTerm preference:NodeSelectorTerm weight:whole
Probe exec:ExecAction failureThreshold:whole grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:whole periodSeconds:whole successThreshold:whole tcpSocket:TCPSocketAction terminationGracePeriodSeconds:whole timeoutSeconds:whole
ProjectedVolumeSource defaultMode:whole defaultUser:whole sources:[]VolumeProjection
QuobyteVolumeSource group:text readOnly:bool registry:text tenant:text user:text volume:text
RBDVolumeSource fsType:text image:text keyring:text monitors:[]text pool:text readOnly:bool secretRef:LocalObjectReference user:text
ResourceClaim name:text request:text
ResourceFieldSelector containerName:text divisor:quantity resource:text
ResourceRequirements claims:[]ResourceClaim limits:{}quantity requests:{}quantity
SELinuxOptions level:text role:text type:text user:text
ScaleIOVolumeSource fsType:text gateway:text protectionDomain:text readOnly:bool secretRef:LocalObjectReference sslEnabled:bool storageMode:text storagePool:text system:text volumeName:text
SeccompProfile localhostProfile:text type:text
SecretEnvSource name:text optional:bool
SecretKeySelector key:text name:text optional:bool
SecretProjection items:[]KeyToPath name:text optional:bool
SecretVolumeSource defaultMode:whole defaultUser:whole items:[]KeyToPath optional:bool secretName:text
SecurityContext allowPrivilegeEscalation:bool appArmorProfile:AppArmorProfile capabilities:Capabilities privileged:bool procMount:text readOnlyRootFilesystem:bool runAsGroup:whole runAsNonRoot:bool runAsUser:whole seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions
ServiceAccountTokenProjection audience:text expirationSeconds:whole path:text user:whole
ServicePort appProtocol:text name:text nodePort:whole port:whole protocol:text targetPort:port
ServiceSpec allocateLoadBalancerNodePorts:bool clusterIP:text clusterIPs:[]text externalIPs:[]text externalName:text externalTrafficPolicy:text healthCheckNodePort:whole internalTrafficPolicy:text ipFamilies:[]text ipFamilyPolicy:text loadBalancerClass:text loadBalancerIP:text loadBalancerSourceRanges:[]text ports:[port]ServicePort publishNotReadyAddresses:bool selector:{}text sessionAffinity:text sessionAffinityConfig:SessionAffinityConfig trafficDistribution:text type:text
SessionAffinityConfig clientIP:ClientIPConfig
SleepAction seconds:whole
StorageOSVolumeSource fsType:text readOnly:bool secretRef:LocalObjectReference volumeName:text volumeNamespace:text
Sysctl name:text value:text
TCPSocketAction host:text port:port
Toleration effect:text key:text operator:text tolerationSeconds:whole value:text
TopologySpreadConstraint labelSelector:LabelSelector matchLabelKeys:[]text maxSkew:whole minDomains:whole nodeAffinityPolicy:text nodeTaintsPolicy:text topologyKey:text whenUnsatisfiable:text
TypedLocalObjectReference apiGroup:text kind:text name:text
TypedObjectReference apiGroup:text kind:text name:text namespace:text
Volume awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:ISCSIVolumeSource name:text nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource
VolumeDevice devicePath:text name:text
VolumeMount bindMountOptions:[]text mountPath:text mountPropagation:text name:text readOnly:bool recursiveReadOnly:text subPath:text subPathExpr:text
VolumeProjection clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection podCertificate:PodCertificateProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection
VolumeResourceRequirements limits:{}quantity requests:{}quantity
VsphereVirtualDiskVolumeSource fsType:text storagePolicyID:text storagePolicyName:text volumePath:text
WeightedPodAffinityTerm podAffinityTerm:PodAffinityTerm weight:whole
WindowsSecurityContextOptions gmsaCredentialSpec:text gmsaCredentialSpecName:text hostProcess:bool runAsUserName:text
)";

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_API_FIELD_TABLE_H_
