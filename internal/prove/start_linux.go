package prove

import (
	"context"
	"errors"
)

// start runs a plan in namespaces, or on loopback where they are not permitted.
func start(ctx context.Context, plan *Plan, opts Options, bin programs, emit func(Event)) (*Result, error) {
	if opts.Isolation != Loopback {
		r, err := runInside(ctx, plan, opts, bin, emit)
		if opts.Isolation == Namespaces || !errors.Is(err, errNoNamespaces) {
			return r, err
		}
		plan.Notes = append(plan.Notes, err.Error())
	}
	l, err := newLoopback(plan, bin)
	if err != nil {
		return nil, err
	}
	return runIn(ctx, l, plan, opts, bin, emit)
}
