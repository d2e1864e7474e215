package apim

// Defect is a known mistake of some gateway images on the path between gateway,
// Sentinel and Redis.
type Defect struct {
	// ID is stable: it tells defects apart in code and reports.
	ID string
	// What happens, one sentence for a person, without a period.
	What string
	// When says which configuration meets the defect, "" for every one that
	// limits by Redis.
	When string
	// FixedIn is the first release of the same minor line without it, zero if
	// there is none in that line.
	FixedIn Version
	// FixedLater is the first release of a later minor line without it, zero if
	// no known release is.
	FixedLater Version
	// Ref is where it is told.
	Ref string
}

// The defects by ID.
const (
	DefectConnectionClosed   = "redis-connection-closed"
	DefectDemotedMaster      = "demoted-master"
	DefectBlankPort          = "blank-redis-port"
	DefectNoRepositoriesName = "no-repositories-alias"
	DefectHazelcastSync      = "hazelcast-distributed-sync"
)

// defectLine is a defect with the releases that have it.
type defectLine struct {
	Defect
	from Version // first release with the defect
	// fixed is the first fixed patch by minor line; a minor line without an
	// entry has the defect in every patch that is known.
	fixed []Version
	to    Version // last minor line with the defect
}

func release(minor, patch int) Version { return Version{Major: 4, Minor: minor, Patch: patch} }

var defects = []defectLine{
	{
		Defect: Defect{
			ID:   DefectConnectionClosed,
			What: "after a Redis connection was closed the client may keep using it (\"Connection is closed\"): rate limits are then not enforced until the gateway restarts",
			Ref:  "https://github.com/gravitee-io/issues/issues/11621",
		},
		from:  release(6, 0),
		fixed: []Version{release(9, 27), release(10, 23), release(11, 17), release(12, 5)},
		to:    release(12, 0),
	},
	{
		Defect: Defect{
			ID:   DefectDemotedMaster,
			What: "after a Sentinel failover the gateway may stay on the demoted master, which answers READONLY, until it restarts",
			When: "Sentinel",
			Ref:  "https://github.com/gravitee-io/gravitee-api-management/pull/19870",
		},
		from: release(6, 0),
		to:   release(12, 0),
	},
	{
		Defect: Defect{
			ID:   DefectBlankPort,
			What: "the Redis port is read as a number even when Sentinel is used, and the chart writes it blank when it is unset: the rate-limit repository never starts",
			When: "Sentinel without gateway.ratelimit.redis.port",
			Ref:  "RedisConnectionFactory.java of 4.12",
		},
		from: release(12, 0),
		to:   release(12, 0),
	},
	{
		Defect: Defect{
			ID:   DefectNoRepositoriesName,
			What: "the image reads the connection settings only under ratelimit, while charts from 4.12 write them under repositories.ratelimit: it falls back to localhost:6379 without password or Sentinel",
			When: "a chart from 4.12 on",
			Ref:  "RepositoryAliasPropertySource of gravitee-plugin 4.11.0",
		},
		from:  release(6, 0),
		fixed: []Version{release(7, 29), release(8, 24), release(9, 17), release(10, 12)},
		to:    release(10, 0),
	},
	{
		Defect: Defect{
			ID:   DefectHazelcastSync,
			What: "the chart renders an invalid gravitee.yml for Hazelcast with distributed sync",
			When: "gateway.cluster.type hazelcast with gateway.distributedSync",
			Ref:  "https://github.com/gravitee-io/issues/issues/11583",
		},
		from:  release(12, 0),
		fixed: []Version{release(12, 1)},
		to:    release(12, 0),
	},
}

// Defects returns the known defects of a gateway image, in a fixed order. A
// defect that no known release fixes is told up to the last release that was
// read; what a newer one does is unknown. A minor without a patch ("4.9") is
// its last known patch.
func Defects(image Version) []Defect {
	near, match := nearest(image)
	if match != Exact {
		return nil // nothing is known about releases that were not read
	}
	var found []Defect
	for _, line := range defects {
		if line.has(near) {
			found = append(found, line.of(near))
		}
	}
	return found
}

func (l defectLine) has(v Version) bool {
	if v.Compare(l.from) < 0 || v.Minor > l.to.Minor {
		return false
	}
	fix := l.fixedIn(v)
	return fix.IsZero() || v.Compare(fix) < 0
}

func (l defectLine) fixedIn(v Version) Version {
	for _, fix := range l.fixed {
		if fix.SameMinor(v) {
			return fix
		}
	}
	return Version{}
}

func (l defectLine) of(v Version) Defect {
	d := l.Defect
	d.FixedIn = l.fixedIn(v)
	for _, fix := range l.fixed {
		if fix.Compare(v) > 0 && !fix.SameMinor(v) {
			d.FixedLater = fix
			break
		}
	}
	return d
}
