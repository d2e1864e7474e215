package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var manifestUnknownField = &lint.Rule{
	ID:       "manifest/unknown-field",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "a misspelt or misplaced field of a manifest",
		Why: `The API server refuses a field that it does not know ("unknown field"), or drops it where validation is off or an engine applies without it: replica: 3 leaves one pod, volumeMount leaves a container without its configuration.

Only names that are written like a field of the same place are reported, and those of a pod or a container that stand a level too high or too low, in the kinds that run Redis: workloads and their pods, Services, ConfigMaps and Secrets.`,
		Fix:  "Write the name of the field as it is shown, or move it where it is said to belong.",
		Refs: []string{"https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level", "https://kubernetes.io/docs/reference/kubernetes-api/"},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, o := range p.Env().Objects {
			if apiGroups[o.Kind] == o.APIVersion {
				misspelt(p, seen, o, o.Value, typeOf(o.Kind))
			}
		}
	},
}

// apiGroups are the kinds whose fields are known here.
var apiGroups = map[string]string{
	"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1",
	"Pod": "v1", "Service": "v1", "ConfigMap": "v1", "Secret": "v1",
}

// fieldTable holds the fields of each type, with the type of those that are
// looked into (Kubernetes API reference, v1.34, and what older releases had).
const fieldTable = `
Deployment apiVersion kind metadata:Meta spec:DeploymentSpec status
StatefulSet apiVersion kind metadata:Meta spec:StatefulSetSpec status
DaemonSet apiVersion kind metadata:Meta spec:DaemonSetSpec status
Pod apiVersion kind metadata:Meta spec:PodSpec status
Service apiVersion kind metadata:Meta spec:ServiceSpec status
ConfigMap apiVersion kind metadata:Meta data binaryData immutable
Secret apiVersion kind metadata:Meta data stringData type immutable sops
Meta annotations clusterName creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation initializers labels managedFields name namespace ownerReferences resourceVersion selfLink uid
DeploymentSpec minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit rollbackTo selector:LabelSelector strategy template:PodTemplate
StatefulSetSpec minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas revisionHistoryLimit selector:LabelSelector serviceName template:PodTemplate updateStrategy volumeClaimTemplates
DaemonSetSpec minReadySeconds revisionHistoryLimit selector:LabelSelector template:PodTemplate templateGeneration updateStrategy
LabelSelector matchExpressions matchLabels
PodTemplate metadata:Meta spec:PodSpec
PodSpec activeDeadlineSeconds affinity automountServiceAccountToken containers:Container dnsConfig dnsPolicy enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets initContainers:Container nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes:Volume workloadRef
Container args command env:EnvVar envFrom:EnvFrom image imagePullPolicy lifecycle livenessProbe:Probe name ports:ContainerPort readinessProbe:Probe resizePolicy resources:Resources restartPolicy restartPolicyRules securityContext startupProbe:Probe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts:VolumeMount workingDir
Resources claims limits requests
ContainerPort containerPort hostIP hostPort name protocol
EnvVar name value valueFrom:EnvSource
EnvSource configMapKeyRef:KeyRef fieldRef fileKeyRef resourceFieldRef secretKeyRef:KeyRef
KeyRef key name optional
EnvFrom configMapRef prefix secretRef
Probe exec failureThreshold grpc httpGet initialDelaySeconds periodSeconds successThreshold tcpSocket terminationGracePeriodSeconds timeoutSeconds
VolumeMount mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr
Volume awsElasticBlockStore azureDisk azureFile cephfs cinder configMap:ConfigMapVolume csi downwardAPI emptyDir ephemeral fc flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi name nfs persistentVolumeClaim:ClaimVolume photonPersistentDisk portworxVolume projected quobyte rbd scaleIO secret:SecretVolume storageos vsphereVolume
ConfigMapVolume defaultMode items name optional
SecretVolume defaultMode items optional secretName
ClaimVolume claimName readOnly
ServiceSpec allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort internalTrafficPolicy ipFamilies ipFamily ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports:ServicePort publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig topologyKeys trafficDistribution type
ServicePort appProtocol name nodePort port protocol targetPort
`

// A fieldType is the fields of a type in the order of the table, and the types of
// what they hold, "" if that is not looked into.
type fieldType struct {
	name         string
	names, types []string
	below        []atomic.Pointer[fieldType] // the types that were asked for
}

// of returns the type of what a field holds, nil if that is not looked into.
func (t *fieldType) of(field int) *fieldType {
	if t.types[field] == "" {
		return nil
	}
	known := t.below[field].Load()
	if known == nil {
		known = typeOf(t.types[field])
		t.below[field].Store(known)
	}
	return known
}

// fieldTypes are the types that were asked for: names to *fieldType.
var fieldTypes sync.Map

// typeOf returns the type of a name, nil if it is not in the table.
func typeOf(name string) *fieldType {
	if name == "" {
		return nil
	}
	if t, ok := fieldTypes.Load(name); ok {
		return t.(*fieldType)
	}
	_, line, ok := strings.Cut(fieldTable, "\n"+name+" ")
	if !ok {
		return nil
	}
	line, _, _ = strings.Cut(line, "\n")
	n := 1 + strings.Count(line, " ")
	t := &fieldType{name, make([]string, 0, n), make([]string, 0, n), make([]atomic.Pointer[fieldType], n)}
	for field := range strings.SplitSeq(line, " ") {
		name, of, _ := strings.Cut(field, ":")
		t.names, t.types = append(t.names, name), append(t.types, of)
	}
	fieldTypes.Store(name, t)
	return t
}

// misspelt looks for unknown fields in a value of a type, and in what it holds.
func misspelt(p *lint.Pass, seen spanSet, o *repo.Object, v repo.Value, t *fieldType) {
	if t == nil || v.IsScalar() {
		return
	}
	for e := range v.Elements() {
		misspelt(p, seen, o, e, t)
	}
	for key, field := range v.Fields() {
		if i := slices.Index(t.names, key); i >= 0 {
			misspelt(p, seen, o, field, t.of(i))
			continue
		}
		near := lint.NearestBy(key, t.names, max(1, len(key)/4))
		home := homeOf(key, t.name)
		at := lint.AtKey(o, field, "")
		if near == "" && home == "" || !at.IsValid() || at.Approximate || !seen.add(at) {
			continue
		}
		f := lint.Finding{
			Message: fmt.Sprintf("%s has no field %q: the API server refuses or drops it", place(v), key),
			Places:  []lint.Place{at},
		}
		if home != "" {
			f.Help = "move it into " + home
		} else {
			f.Help, f.Fixes = "write "+near, replace(lint.Arg{Place: at}, near, "write "+near, false)
		}
		p.Report(f)
	}
}

// homeOf returns where a field belongs that stands a level too high or too low in
// a workload, "" if it is no field of one.
func homeOf(key, name string) string {
	homes := map[string][]string{
		"DeploymentSpec": {"PodSpec", "Container"}, "StatefulSetSpec": {"PodSpec", "Container"}, "DaemonSetSpec": {"PodSpec", "Container"},
		"PodTemplate": {"PodSpec", "Container"}, "PodSpec": {"Container", "StatefulSetSpec"}, "Container": {"PodSpec"}, "Volume": {"PodSpec"},
	}
	for _, home := range homes[name] {
		if slices.Contains(typeOf(home).names, key) {
			return map[string]string{"PodSpec": "the spec of the pod template", "Container": "the container", "StatefulSetSpec": "the spec of the StatefulSet"}[home]
		}
	}
	return ""
}

// place names where a field is missing: spec.template.spec, or the object.
func place(v repo.Value) string {
	if path := v.Path().String(); path != "" {
		return path
	}
	return "the object"
}
