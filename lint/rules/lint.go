package rules

import "github.com/quorumwright/quorumwright/lint"

// lintRules are about the suppressions and the baseline themselves. Package
// lint finds what they tell.
var lintRules = []*lint.Rule{
	{
		ID:       "lint/bad-suppression",
		Severity: lint.Warning,
		Doc: lint.Doc{
			Title: "a suppression that suppresses nothing, because it is not well formed",
			Why: `A comment with quorumwright:ignore must name the rules it is for and give a reason after two dashes. ` +
				`One that does not, or that names a rule there is not, has no effect, and the person who wrote it thinks it has. ` +
				`The same goes for the forms of other linters, such as nolint:quorumwright or quorumwright: disable.`,
			Fix: "Write # quorumwright:ignore family/name [until=YYYY-MM-DD] -- reason, behind the line or on a line of its own above it.",
		},
	},
	{
		ID:       "lint/expired-suppression",
		Severity: lint.Warning,
		Doc: lint.Doc{
			Title: "a suppression whose date has passed",
			Why:   "The finding counts again from the day after until=: whoever set the date wanted to look at it anew by then.",
			Fix:   "Mend the finding and remove the comment, or set a new date with a reason that still holds.",
		},
	},
	{
		ID:       "lint/stale-baseline",
		Severity: lint.Warning,
		Doc: lint.Doc{
			Title: "an entry of the baseline that nothing matches any more",
			Why: `The finding was mended or moved. An entry that stays would hide the same mistake when it comes back, ` +
				`and a baseline that only grows is never worked off.`,
			Fix: "Write the baseline anew with --write-baseline.",
		},
	},
	{
		ID:       "lint/unused-suppression",
		Severity: lint.Warning,
		Doc: lint.Doc{
			Title: "a suppression of a rule that finds nothing there",
			Why: `The finding was mended, or the comment stands on the wrong line. A comment that stays hides the same ` +
				`mistake when somebody makes it again.`,
			Fix: "Remove the comment, or the rule from its list.",
		},
	},
}
