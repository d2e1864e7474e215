package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quorumwright/quorumwright/internal/redisconf"
	"github.com/quorumwright/quorumwright/lint"
)

var redisEphemeralData = &lint.Rule{
	ID:       "redis/ephemeral-data",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "Redis saves its data where it dies with the pod",
		Why: `appendonly yes, or save, writes into the folder of dir. Where no volume is mounted there, the files are gone with the container; on an emptyDir they are gone with the pod. Redis comes back empty, as if nothing had been saved.

If it comes back as the master before Sentinel has noticed, it is worse: the replicas copy the empty master, and every key is gone everywhere.`,
		Fix:  "Mount a persistent volume at the folder of dir, best by volumeClaimTemplates of a StatefulSet, so that every pod has its own and gets it back.",
		Refs: []string{refPersistence, "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage"},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, s := range p.Facts.Redis {
			saves := savesTo(s)
			if !saves.Exists() || !seen.add(saves.Place) {
				continue
			}
			at, how := lostWith(s)
			if how == "" {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("%s saves its data %s", s.Name(), how),
				Places:  []lint.Place{saves.Place},
				Help:    "mount a persistent volume at " + dataDir(s) + ", with volumeClaimTemplates of a StatefulSet",
			}
			f.Places = addPlace(f.Places, at)
			p.Report(f)
		}
	},
}

// savesTo returns what tells Redis to keep data: appendonly yes, or a save line
// that is not empty. It does not exist where nothing is said.
func savesTo(s *lint.Server) lint.Arg {
	if a := s.Last("appendonly").Arg(0); a.Known && strings.EqualFold(a.Text, "yes") {
		return a
	}
	if a := s.Last("save").Arg(0); a.Known && a.Text != "" {
		return a
	}
	return lint.Arg{}
}

// dataDir returns the folder of the data: dir, or the working directory of the
// official images.
func dataDir(s *lint.Server) string {
	if a := s.Last("dir").Arg(0); a.Known && strings.HasPrefix(a.Text, "/") {
		return strings.TrimRight(a.Text, "/")
	}
	return "/data"
}

// lostWith tells with what the data of a Redis dies, and where that is written;
// how is "" if it does not, or cannot be told.
func lostWith(s *lint.Server) (at lint.Place, how string) {
	c := s.Container
	dir := s.Last("dir").Arg(0)
	if !s.Complete || dir.Exists() && (!dir.Known || !strings.HasPrefix(dir.Text, "/")) {
		// The folder is not known: nothing is kept only if no volume outlives
		// the pod.
		for m := range c.Value.Get("volumeMounts").Elements() {
			if f := c.File(m.Get("mountPath").Text()); outlives(f.Kind) {
				return lint.Place{}, ""
			}
		}
	}
	f := c.File(dataDir(s) + "/appendonlydir")
	switch {
	case f.Kind == "emptyDir":
		return c.At(f.Volume.Get("name"), "an emptyDir, new for every pod"), fmt.Sprintf("in %s, an emptyDir: it is gone with the pod", dataDir(s))
	case f.Kind == "ephemeral":
		return c.At(f.Volume.Get("name"), "a volume of this pod alone"), fmt.Sprintf("in %s, an ephemeral volume: it is gone with the pod", dataDir(s))
	case f.Kind == "image":
		return dir.Labeled("no volume is mounted here"), fmt.Sprintf("in %s, where no volume is mounted: it is gone at every restart", dataDir(s))
	}
	return lint.Place{}, ""
}

var redisEmptyMasterRestart = &lint.Rule{
	ID:       "redis/empty-master-restart",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a master that restarts empty wipes its replicas",
		Why:   `Without persistence a master that crashes comes back empty, mostly within a second or two, long before Sentinel counts it as down. It is still the master, so the replicas copy it: five keys on each of three servers were zero on all of them. master-reboot-down-after-period does not help.`,
		Fix:   "Keep an append-only file on a persistent volume (appendonly yes). Or let the start script of the pod ask Sentinel first, and hand the role over if its own folder is empty.",
		Refs:  []string{refReplication + "#safety-of-replication-when-master-has-persistence-turned-off", refPersistence},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, g := range p.Facts.Groups {
			if p.Facts.Replicas(g, nil).N == 0 {
				continue
			}
			for _, s := range g.Redis {
				at, why := keepsNothing(s)
				if why == "" || !seen.add(at) {
					continue
				}
				p.Report(lint.Finding{
					Message: fmt.Sprintf("%s keeps nothing, %s: when a master restarts, it comes back empty and its replicas copy that", s.Name(), why),
					Places:  []lint.Place{at},
					Help:    "write appendonly yes, with a persistent volume at " + dataDir(s),
				})
			}
		}
	},
}

// keepsNothing tells why a Redis that is restarted by itself comes back empty;
// why is "" if it does not, or if another rule tells.
func keepsNothing(s *lint.Server) (at lint.Place, why string) {
	if !s.Complete || savesTo(s).Exists() {
		return lint.Place{}, ""
	}
	if restart := s.Container.Workload.Pod.Get("restartPolicy").Text(); restart == "Never" {
		return lint.Place{}, ""
	}
	if a := s.Last("save").Arg(0); a.Exists() {
		if a.Known && a.Text == "" {
			return a.Place, "save and appendonly are off"
		}
		return lint.Place{}, ""
	}
	if _, how := lostWith(s); !strings.HasSuffix(how, "at every restart") {
		return lint.Place{}, ""
	}
	if a := s.Last("appendonly").Arg(0); a.Exists() {
		return a.Place, "appendonly is off and no volume is at " + dataDir(s)
	}
	return containerAt(s.Container, ""), "no volume is at " + dataDir(s)
}

var redisWriteSafety = &lint.Rule{
	ID:       "redis/write-safety",
	Severity: lint.Info,
	Doc: lint.Doc{
		Title: "min-replicas-to-write stops all writes when a replica is missing",
		Why: `With min-replicas-to-write the master refuses writes while fewer replicas follow it: "NOREPLICAS Not enough good replicas to write.", for the scripts of rate limiting as well. That saves the writes that a master which lost its network would accept and lose: 134 of them in ten seconds without it, none with it. The price is that writes stop as soon as the replicas are fewer.

A number larger than the replicas there are stops every write, always.`,
		Fix:  "Choose: a number below that of the replicas keeps writing with one of them down; 0 keeps writing with none. With one master and two replicas, 1 is the usual middle.",
		Refs: []string{refReplication + "#allow-writes-only-with-n-attached-replicas"},
	},
	Check: func(p *lint.Pass) {
		seen := spanSet{}
		for _, g := range p.Facts.Groups {
			n := p.Facts.Replicas(g, nil)
			for _, s := range g.Redis {
				a := s.Last("min-replicas-to-write", "min-slaves-to-write").Arg(0)
				want, ok := number(a)
				if !ok || want == 0 || !n.Known || want < n.N || !seen.add(a.Place) {
					continue
				}
				f := lint.Finding{
					Message: fmt.Sprintf("writes stop as soon as one of the %s is down", count(n.N, "replica")),
					Places:  []lint.Place{a.Place},
					Help:    fmt.Sprintf("write %d to keep writing with one replica down", n.N-1),
				}
				for _, at := range n.Places {
					f.Places = addPlace(f.Places, relabel(at, "follows the master"))
				}
				if n.N == 1 {
					f.Message = "writes stop as soon as the only replica is down"
				}
				if want > n.N {
					f.Severity = lint.Error
					f.Message = fmt.Sprintf("every write is refused: %s must follow the master, and there %s %d", count(want, "replica"), isAre(n.N), n.N)
					f.Help = fmt.Sprintf("write %d or less", max(n.N-1, 0))
					f.Fixes = replace(a, strconv.Itoa(max(n.N-1, 0)), f.Help, false)
				}
				p.Report(f)
			}
		}
	},
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

var redisVersionOrder = &lint.Rule{
	ID:       "redis/version-order",
	Severity: lint.Warning,
	Doc: lint.Doc{
		Title: "a replica that is older than its master",
		Why:   `A replica that joins takes a snapshot of the master, in the format of the master's version. An older server does not read a newer format: "Can't handle RDB format version 11", again with every attempt, and it never holds any data. 7.2 to 6.2, 7.4 to 7.2, and Redis 7.4 to Valkey fail so; from old to new works.`,
		Fix:   "Run one image everywhere. To upgrade, restart the replicas with the new version first, and the master last, after a failover.",
		Refs:  []string{refReplication, "https://valkey.io/topics/migration/"},
	},
	Check: func(p *lint.Pass) {
		for _, g := range p.Facts.Groups {
			for _, replica := range g.Redis {
				d := replica.ReplicaOf()
				if d == nil {
					continue
				}
				target := p.Facts.Resolve(d.Arg(0).Text, replica.Namespace())
				i := slices.IndexFunc(g.Redis, func(m *lint.Server) bool {
					return m.Container.Workload != replica.Container.Workload && slices.Contains(target.Workloads, m.Container.Workload)
				})
				if i < 0 {
					continue
				}
				reportVersions(p, g.Redis[i], replica)
			}
		}
	},
}

func reportVersions(p *lint.Pass, master, replica *lint.Server) {
	ok, known := redisconf.CanReplicate(master.Version, replica.Version)
	if !known || ok {
		return
	}
	p.Report(lint.Finding{
		Message: fmt.Sprintf("%s follows a master of %s, whose snapshots it cannot read: it never gets any data", replica.Version, master.Version),
		Places: []lint.Place{
			replica.Container.At(replica.Container.Image.Ref, ""),
			master.Container.At(master.Container.Image.Ref, "the master's image"),
		},
		Help: fmt.Sprintf("run %s, or a later version, in the replicas", master.Version),
	})
}
