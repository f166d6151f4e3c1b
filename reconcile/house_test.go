package reconcile_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a reader can hold in the head: a package that grows beyond this is more than one
// thing, and so is a type.
const (
	mostLines   = 3100 // of a package, without its tests and its tables
	mostInFile  = 500
	mostMethods = 25 // of a type
)

// goFile is a file of the product.
type goFile struct {
	path string
	src  []byte
	tree *ast.File
}

// product reads the files of the packages below schema and reconcile, by directory.
func product(t *testing.T) map[string][]goFile {
	t.Helper()
	packages := make(map[string][]goFile)
	for _, root := range []string{"../schema", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			tree, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
			packages[filepath.Dir(path)] = append(packages[filepath.Dir(path)], goFile{path, src, tree})
			return err
		})
		require.NoError(t, err)
	}
	require.Greater(t, len(packages), 15)
	return packages
}

func TestPackagesFitTheHead(t *testing.T) {
	for dir, files := range product(t) {
		lines, methods := 0, make(map[string]int)
		for _, f := range files {
			if isTable(f.path) {
				continue
			}
			n := bytes.Count(f.src, []byte("\n"))
			assert.LessOrEqual(t, n, mostInFile, "%s has too many lines for one file", f.path)
			lines += n
			for _, decl := range f.tree.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv != nil {
					methods[receiver(fn.Recv.List[0].Type)]++
				}
			}
		}
		assert.LessOrEqual(t, lines, mostLines, "%s has too many lines for one package", dir)
		for name, n := range methods {
			assert.LessOrEqual(t, n, mostMethods, "the type %s of %s has too many methods", name, dir)
		}
	}
}

// isTable reports whether a file is data: the rows of the catalogue and of the rules.
func isTable(path string) bool {
	dir, name := filepath.Split(path)
	return name == "catalogue.go" && strings.Contains(dir, "schema") || dir == "../schema/rule/" && name != "rule.go"
}

// receiver is the name of the type that a method belongs to.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	default:
		return ""
	}
}
