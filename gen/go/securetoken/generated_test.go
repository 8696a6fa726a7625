package securetoken_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestTheGeneratedCodeIsThatOfTheSchema runs within the repository, where the schema is.
func TestTheGeneratedCodeIsThatOfTheSchema(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	buf := filepath.Join(root, "node_modules/.bin/buf")
	if _, err := os.Stat(buf); err != nil {
		t.Skip("the generated code: buf is not here; `npm ci` at the top of the repository installs it")
	}
	scratch := t.TempDir()
	generate := exec.Command(buf, "generate", "--template", "gen/go/buf.gen.yaml", "-o", scratch)
	generate.Dir = root
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	const folder = "gen/go/proto/securetoken/v1"
	fresh, committed := readFolder(t, filepath.Join(scratch, folder)), readFolder(t, filepath.Join(root, folder))
	if len(fresh) == 0 || len(fresh) != len(committed) {
		t.Errorf("%d files are generated, and %d committed", len(fresh), len(committed))
	}
	for name, text := range fresh {
		if !bytes.Equal(text, committed[name]) {
			t.Errorf("%s is not what the schema generates: `npm run generate:go`", name)
		}
	}
}

func readFolder(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = text
	}
	return files
}
