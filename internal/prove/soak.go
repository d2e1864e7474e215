package prove

import "context"

func (p *proof) soak(ctx context.Context) {}
