package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quorumwright/quorumwright/lint"
	"github.com/quorumwright/quorumwright/lint/repo"
)

var sentinelConfigReadOnly = &lint.Rule{
	ID:       "sentinel/config-read-only",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "Sentinel runs on a file that it cannot write",
		Why: `Sentinel saves its state, the current master, the replicas and the other Sentinels, by rewriting the very file that it was started on. At start it checks that it can: on a ConfigMap, a Secret or a read-only volume it ends with "Sentinel config file … is not writable: Read-only file system. Exiting...", and the pod goes into a crash loop. ConfigMaps are always mounted read-only, with subPath as well.

A single file of a writable volume, mounted by subPath, is not enough: Sentinel starts, but cannot put the new file in place of the old one ("Could not rename tmp config file (Device or resource busy)"), and forgets every failover at its next start.`,
		Fix:  "Copy the file in an init container, or in the start script, from the ConfigMap to a folder on an emptyDir or a persistent volume, and start Sentinel on the copy.",
		Refs: []string{refSentinel, "https://kubernetes.io/docs/concepts/storage/volumes/#configmap"},
	},
	Check: checkConfigReadOnly,
}

func checkConfigReadOnly(p *lint.Pass) {
	for _, s := range p.Facts.Sentinels {
		if s.ConfPath == "" || s.Conf.Writable {
			continue
		}
		c := s.Container
		started := s.ConfPathAt
		started.Label = "Sentinel is started on it"
		f := lint.Finding{
			Places: []lint.Place{c.At(s.Conf.Mount.Get("mountPath"), ""), started},
			Help:   "copy it in an init container to a folder on an emptyDir, and start Sentinel on the copy",
		}
		switch s.Conf.Kind {
		case "configMap", "secret", "projected", "downwardAPI":
			what := "volume"
			if name := map[string]string{"configMap": "ConfigMap", "secret": "Secret"}[s.Conf.Kind]; name != "" {
				what = name
			}
			f.Message = fmt.Sprintf("Sentinel cannot rewrite %s: a %s is mounted read-only, and Sentinel ends at start with \"is not writable\"", s.ConfPath, what)
			f.Places = addPlace(f.Places, c.At(s.Conf.Volume.Get("name"), "the volume is a "+what))
		case "image":
			if s.Made || !c.Value.Get("securityContext", "readOnlyRootFilesystem").IsTrue() {
				continue
			}
			f.Places = []lint.Place{started, c.At(c.Value.Get("securityContext", "readOnlyRootFilesystem"), "nothing outside of volumes can be written")}
			f.Places[0].Label = ""
			f.Message = "Sentinel cannot rewrite its file: it lies outside of the volumes, on a read-only root file system"
			f.Help = "put it on an emptyDir"
		case "emptyDir", "persistentVolumeClaim", "hostPath", "ephemeral", "nfs":
			if at := s.Conf.Mount.Get("readOnly"); at.IsTrue() {
				f.Message = "Sentinel cannot rewrite its file: the volume is mounted read-only, and Sentinel ends at start with \"is not writable\""
				f.Places[0] = c.At(at, "")
				f.Help = "mount the volume without readOnly"
				break
			}
			f.Severity = lint.Warning
			f.Message = "a single file is mounted: Sentinel cannot put a new one in its place, and forgets at the next start what it learned"
			f.Places[0] = c.At(s.Conf.Mount.Get("subPath"), "")
			f.Help = "mount the folder that holds the file"
		default:
			continue
		}
		p.Report(f)
	}
}

var sentinelEphemeralIdentity = &lint.Rule{
	ID:       "sentinel/ephemeral-identity",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "Sentinels come back as strangers, and the others never forget them",
		Why:   `A Sentinel is known to the others by its id, which it keeps in its file, and by its address. A pod of a Deployment comes back with another name, another address and an empty file: the others count it as one more Sentinel, and go on counting the old one. After three replacements of a group of three, six are known and four votes are needed, of three that live: SENTINEL CKQUORUM says NOQUORUM, and no failover ever happens again until someone runs SENTINEL RESET on each.`,
		Fix:   "Run the Sentinels in a StatefulSet, with \"sentinel resolve-hostnames yes\", \"sentinel announce-hostnames yes\" and \"sentinel announce-ip\" set to the pod's own name behind a headless Service, or with their files on a persistent volume.",
		Refs:  []string{refSentinel, refSentinelIP},
	},
	Check: func(p *lint.Pass) {
		for _, s := range p.Facts.Sentinels {
			w := s.Container.Workload
			announces := s.SentinelLast("announce-ip", "") != nil
			f := lint.Finding{Help: "run them in a StatefulSet, and let each announce its own name: sentinel announce-ip, announce-hostnames and resolve-hostnames"}
			switch w.Object.Kind {
			case "Deployment", "ReplicaSet", "ReplicationController", "DeploymentConfig":
				if w.Replicas == 1 && (announces || !s.Complete || keptFile(s)) || w.Replicas == 0 {
					continue // one pod with a Service of its own may have a stable name
				}
				f.Message = fmt.Sprintf("the Sentinels of %s come back with a new name, address and id at every restart, and the others never forget the old ones: in the end no majority is left", s.Name())
				f.Places = []lint.Place{w.At(w.Object.Value.Get("kind"), "")}
			case "StatefulSet":
				if announces || !s.Complete || keptFile(s) || len(s.SentinelAll("myid")) > 0 || s.Conf.Kind != "emptyDir" && s.Conf.Kind != "image" {
					continue
				}
				f.Message = fmt.Sprintf("the Sentinels of %s keep their id on a volume that dies with the pod and announce no name: each restart adds one more to the group, and in the end no majority is left", s.Name())
				f.Places = []lint.Place{s.ConfPathAt}
				if s.Conf.Volume.Exists() {
					f.Places = append(f.Places, s.Container.At(s.Conf.Volume.Get("name"), "an emptyDir, new for every pod"))
				}
				f.Help = "put the file on a persistent volume, or let each pod announce its own name: sentinel announce-ip, announce-hostnames and resolve-hostnames"
			default:
				continue
			}
			p.Report(f)
		}
	},
}

// keptFile tells whether the Sentinel's file outlives its pod.
func keptFile(s *lint.Server) bool { return s.ConfPath != "" && outlives(s.Conf.Kind) }

// outlives tells whether a volume of that type is there for the next pod.
func outlives(kind string) bool {
	switch kind {
	case "emptyDir", "image", "configMap", "secret", "projected", "downwardAPI", "ephemeral":
		return false
	}
	return true
}

var sentinelSharedMyID = &lint.Rule{
	ID:       "sentinel/shared-myid",
	Severity: lint.Error,
	Doc: lint.Doc{
		Title: "several Sentinels have one id",
		Why:   `Sentinels tell each other apart by sentinel myid. One that hears another with its own id takes the message for its own and drops it: each counts 0 other Sentinels, SENTINEL CKQUORUM says "NOQUORUM 1 usable Sentinels", and no failover starts. The same happens when several Sentinels run on one file of a shared volume, which moreover they overwrite.`,
		Fix:   "Remove sentinel myid: Sentinel makes an id at its first start and saves it. Or make it from the pod's name in the start script.",
		Refs:  []string{refSentinel},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			sharedID(p, g)
		}
		for _, s := range p.Facts.Sentinels {
			sharedFile(p, s)
		}
	},
}

// sharedID finds one id that is written for several Sentinels.
func sharedID(p *lint.Pass, g *lint.Group) {
	var order []string
	places := map[string][]lint.Place{}
	lines := map[string][]*lint.Directive{}
	number := map[string]int{}
	var pods []lint.Place
	for _, s := range g.Sentinels {
		d := s.SentinelLast("myid", "")
		a := d.Arg(1)
		n, known := p.Facts.PodCount(s.Container.Workload)
		if !a.Exists() || !a.Known || strings.Contains(a.Text, "$") {
			continue
		}
		id := strings.ToLower(a.Text)
		if !slices.Contains(order, id) {
			order = append(order, id)
		}
		places[id] = addPlace(places[id], a.Labeled("the id of "+s.Name()))
		lines[id] = append(lines[id], d)
		if !known {
			n = 1
		}
		number[id] += n
		if n > 1 {
			pods = addPlace(pods, countAt(s.Container.Workload, count(n, "pod")))
		}
	}
	for _, id := range order {
		if number[id] < 2 {
			continue
		}
		p.Report(lint.Finding{
			Message: fmt.Sprintf("%d Sentinels share one id: each takes the others for itself, and no quorum comes about", number[id]),
			Places:  append(places[id], pods...),
			Help:    "remove the line: each Sentinel makes an id of its own",
			Fixes:   removeDirectives("remove the id", true, lines[id]),
		})
	}
}

// sharedFile finds a file on one claim that all pods of a workload mount.
func sharedFile(p *lint.Pass, s *lint.Server) {
	claim := s.Conf.Volume.Get("persistentVolumeClaim", "claimName")
	n, known := p.Facts.PodCount(s.Container.Workload)
	if !claim.Exists() || !known || n < 2 || s.Conf.Mount.Get("subPathExpr").Exists() || s.ConfPath == "" {
		return
	}
	if slices.ContainsFunc(p.Env().Objects, func(o *repo.Object) bool {
		return o.Kind == "PersistentVolume" && o.Value.Get("spec", "hostPath").Exists() && !o.Value.Get("spec", "nodeAffinity").Exists()
	}) {
		return // a folder of its own on each node
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("all %s of %s run on one file of one claim: they share an id and overwrite each other's state", count(n, "pod"), s.Name()),
		Places:  []lint.Place{s.Container.At(claim, ""), s.ConfPathAt, countAt(s.Container.Workload, count(n, "pod"))},
		Help:    "use volumeClaimTemplates of a StatefulSet, one claim for each pod",
	})
}
