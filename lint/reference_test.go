package lint

import "testing"

func TestIsReference(t *testing.T) {
	for text, want := range map[string]bool{
		"op://vault/item":               true,
		"ref+vault://a#b":               true,
		"A1+.-://":                      true,
		"secret://kubernetes/redis:key": true,
		"x://y://z":                     true,
		"1a://b":                        false,
		"+a://b":                        false,
		"://b":                          false,
		"a b://c":                       false,
		"a:b://c":                       false,
		"ä://b":                         false,
		"see http://x":                  false,
		"http://x\ny":                   false,
		"http://x\n":                    false,
		"http:/x":                       false,
		"vault:a/b#c":                   true,
		"<path:a#b>":                    true,
		"$NAME":                         true,
		"$1":                            false,
		"__NAME__":                      true,
		"%NAME%":                        true,
		"@@NAME@@":                      true,
		"#{NAME}#":                      true,
		"{{ .Values.x }}":               true,
		"":                              false,
		"secret":                        false,
	} {
		if got := IsReference(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
