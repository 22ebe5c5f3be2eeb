// Command facts writes the layouts and constants of a Go runtime as text, from the DWARF of a binary built with it. Each struct carries
// the file and line of its declaration in that toolchain's source.
//
//	facts BINARY GOROOT WANTED [BASE]
//
// With BASE, the output for another architecture of the same version, only what differs from it is written.
// WANTED lists, one per line, "struct NAME" and "const NAME"; a name that this version does not have is left out.
package main

import (
	"bufio"
	"debug/buildinfo"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Attributes that the Go compiler adds to DWARF: https://github.com/golang/go/blob/go1.26.0/src/cmd/internal/dwarf/dwarf.go
const (
	attrGoKind          = dwarf.Attr(0x2900)
	attrGoEmbeddedField = dwarf.Attr(0x2903)
)

const (
	kindArray     = 17
	kindInterface = 20
	kindSlice     = 23
	kindString    = 24
	kindStruct    = 25
)

type field struct {
	name     string
	offset   int64
	size     int64
	kind     int64
	elements int64
	typeName string
	embedded bool
	nested   dwarf.Offset // the struct that the field (or an element of it) is; 0 if it is none
}

type structure struct {
	name   string
	size   int64
	place  string
	fields []field
}

type facts struct {
	arch       string
	data       *dwarf.Data
	structs    map[string]dwarf.Offset
	constants  map[string]int64
	places     map[string]string
	structures map[string]*structure
}

func main() {
	if len(os.Args) != 4 && len(os.Args) != 5 {
		fail(fmt.Errorf("usage: facts BINARY GOROOT WANTED [BASE]"))
	}
	base := ""
	if len(os.Args) == 5 {
		base = os.Args[4]
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], base); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "facts:", err)
	os.Exit(1)
}

func run(binary, goroot, wanted, base string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	arch := ""
	for _, setting := range info.Settings {
		if setting.Key == "GOARCH" {
			arch = setting.Value
		}
	}
	file, err := elf.Open(binary)
	if err != nil {
		return err
	}
	defer file.Close()
	f := facts{arch: arch, structs: map[string]dwarf.Offset{}, constants: map[string]int64{}, places: map[string]string{}, structures: map[string]*structure{}}
	if f.data, err = file.DWARF(); err != nil {
		return err
	}
	if err := f.index(); err != nil {
		return err
	}
	if err := f.locate(goroot); err != nil {
		return err
	}
	structs, constants, err := readWanted(wanted)
	if err != nil {
		return err
	}
	for _, name := range structs {
		if offset, ok := f.structs[name]; ok {
			if err := f.describe(name, offset); err != nil {
				return err
			}
		}
	}
	lines := f.lines(info.GoVersion, arch, constants)
	if base != "" {
		if lines, err = difference(base, lines); err != nil {
			return err
		}
	}
	_, err = os.Stdout.WriteString(strings.Join(lines, "\n") + "\n")
	return err
}

// difference keeps the heading and the facts that the base does not have: a fact is a line, or a struct with its fields.
func difference(base string, lines []string) ([]string, error) {
	text, err := os.ReadFile(base)
	if err != nil {
		return nil, err
	}
	baseFacts := group(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"))
	known := map[string]bool{}
	for _, fact := range baseFacts {
		known[fact] = true
	}
	all := group(lines)
	result := []string{all[0], all[1], "base " + strings.Fields(baseFacts[1])[3]}
	for _, fact := range all[2:] {
		if !known[fact] {
			result = append(result, fact)
		}
	}
	return result, nil
}

func group(lines []string) []string {
	var facts []string
	for _, line := range lines {
		if strings.HasPrefix(line, "field ") {
			facts[len(facts)-1] += "\n" + line
		} else {
			facts = append(facts, line)
		}
	}
	return facts
}

func readWanted(path string) (structs, constants []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		switch words := strings.Fields(lines.Text()); {
		case len(words) == 2 && words[0] == "struct":
			structs = append(structs, words[1])
		case len(words) == 2 && words[0] == "const":
			constants = append(constants, words[1])
		}
	}
	return structs, constants, lines.Err()
}

// index notes where each named struct and each integer constant of the program is.
func (f *facts) index() error {
	reader := f.data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			return err
		}
		if entry == nil {
			return nil
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		switch entry.Tag {
		case dwarf.TagStructType:
			if kind, _ := entry.Val(attrGoKind).(int64); kind == kindStruct {
				f.structs[name] = entry.Offset
			}
			reader.SkipChildren()
		case dwarf.TagConstant:
			if value, ok := entry.Val(dwarf.AttrConstValue).(int64); ok {
				f.constants[name] = value
			}
		case dwarf.TagSubprogram:
			reader.SkipChildren()
		}
	}
}

// locate finds file and line of every type and constant that the runtime packages declare.
func (f *facts) locate(goroot string) error {
	for _, directory := range []string{"runtime", "internal/abi", "internal/chacha8rand", "internal/cpu", "internal/goarch", "internal/runtime"} {
		root := filepath.Join(goroot, "src", directory)
		if _, err := os.Stat(root); err != nil {
			continue
		}
		resolved, err := filepath.EvalSymlinks(root)
		if err != nil {
			return err
		}
		err = filepath.Walk(resolved, func(path string, info os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			if info.IsDir() && info.Name() == "testdata" {
				return filepath.SkipDir
			}
			if info.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || f.foreign(path) {
				return nil
			}
			relative, err := filepath.Rel(resolved, path)
			if err != nil {
				return err
			}
			return f.declarations(path, "src/"+directory+"/"+filepath.ToSlash(relative), filepath.ToSlash(filepath.Dir(directory+"/"+relative)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foreign tells the files of other systems and architectures by their names, as the go command does.
func (f *facts) foreign(path string) bool {
	base := strings.TrimSuffix(filepath.Base(path), ".go")
	for _, part := range strings.Split(base, "_")[1:] {
		switch part {
		case "windows", "darwin", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos", "aix", "plan9", "js", "wasip1", "android", "ios", "nacl", "zos",
			"386", "amd64", "arm", "arm64", "mips", "mipsle", "mips64", "mips64le", "mips64x", "mipsx", "ppc64", "ppc64le", "ppc64x", "riscv64", "s390x", "wasm", "loong64":
			if part != f.arch {
				return true
			}
		}
	}
	return false
}

func (f *facts) declarations(path, source, pkg string) error {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, declaration := range parsed.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				f.place(pkg+"."+spec.Name.Name, source, set.Position(spec.Pos()).Line)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					f.place(pkg+"."+name.Name, source, set.Position(name.Pos()).Line)
				}
			}
		}
	}
	return nil
}

// place keeps the first declaration: Walk visits files in a fixed order, so the choice between build-tag variants is stable.
func (f *facts) place(name, source string, line int) {
	if _, ok := f.places[name]; !ok {
		f.places[name] = fmt.Sprintf("%s#L%d", source, line)
	}
}

// describe records a struct and, by value, the structs in it.
func (f *facts) describe(name string, offset dwarf.Offset) error {
	if _, ok := f.structures[name]; ok {
		return nil
	}
	reader := f.data.Reader()
	reader.Seek(offset)
	entry, err := reader.Next()
	if err != nil {
		return err
	}
	size, _ := entry.Val(dwarf.AttrByteSize).(int64)
	result := &structure{name: name, size: size, place: f.places[withoutTypeArguments(name)]}
	f.structures[name] = result
	for {
		member, err := reader.Next()
		if err != nil {
			return err
		}
		if member == nil || member.Tag == 0 {
			break
		}
		if member.Tag != dwarf.TagMember {
			continue
		}
		described, err := f.field(name, member)
		if err != nil {
			return err
		}
		if described.size == 0 {
			continue // markers such as noCopy and sys.NotInHeap hold nothing
		}
		result.fields = append(result.fields, described)
		if described.nested != 0 {
			if err := f.describe(elementName(described.typeName), described.nested); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *facts) field(owner string, member *dwarf.Entry) (field, error) {
	name, _ := member.Val(dwarf.AttrName).(string)
	offset, _ := member.Val(dwarf.AttrDataMemberLoc).(int64)
	embedded, _ := member.Val(attrGoEmbeddedField).(bool)
	typeOffset, _ := member.Val(dwarf.AttrType).(dwarf.Offset)
	result := field{name: name, offset: offset, embedded: embedded}
	entry, err := f.resolve(typeOffset)
	if err != nil {
		return result, err
	}
	typed, err := f.data.Type(typeOffset)
	if err != nil {
		return result, err
	}
	result.size = typed.Size()
	result.typeName, _ = entry.Val(dwarf.AttrName).(string)
	result.kind, _ = entry.Val(attrGoKind).(int64)
	prefix := ""
	for entry.Tag == dwarf.TagArrayType {
		count, err := f.count(entry)
		if err != nil {
			return result, err
		}
		if prefix == "" {
			result.elements = count
		}
		prefix += fmt.Sprintf("[%d]", count)
		inner, _ := entry.Val(dwarf.AttrType).(dwarf.Offset)
		if entry, err = f.resolve(inner); err != nil {
			return result, err
		}
	}
	if kind, _ := entry.Val(attrGoKind).(int64); entry.Tag == dwarf.TagStructType && kind == kindStruct {
		result.nested = entry.Offset
		inner, _ := entry.Val(dwarf.AttrName).(string)
		if strings.Contains(inner, "struct {") {
			// A struct without a name is named after its place.
			inner = owner + "·" + name
		}
		result.typeName = prefix + inner
	}
	return result, nil
}

// resolve follows typedefs, which the compiler uses for named types, to the type itself; the name of the outermost one is kept by the caller.
func (f *facts) resolve(offset dwarf.Offset) (*dwarf.Entry, error) {
	reader := f.data.Reader()
	for depth := 0; depth < 16; depth++ {
		reader.Seek(offset)
		entry, err := reader.Next()
		if err != nil || entry == nil {
			return nil, fmt.Errorf("no type at %#x: %v", offset, err)
		}
		inner, ok := entry.Val(dwarf.AttrType).(dwarf.Offset)
		if entry.Tag != dwarf.TagTypedef || !ok {
			return entry, nil
		}
		offset = inner
	}
	return nil, fmt.Errorf("typedefs without end at %#x", offset)
}

func (f *facts) count(array *dwarf.Entry) (int64, error) {
	reader := f.data.Reader()
	reader.Seek(array.Offset)
	if _, err := reader.Next(); err != nil {
		return 0, err
	}
	child, err := reader.Next()
	if err != nil {
		return 0, err
	}
	count, _ := child.Val(dwarf.AttrCount).(int64)
	return count, nil
}

// elementName strips the array bounds of a type's name.
func elementName(name string) string {
	for strings.HasPrefix(name, "[") {
		end := strings.IndexByte(name, ']')
		if end <= 1 {
			break
		}
		name = name[end+1:]
	}
	return name
}

func withoutTypeArguments(name string) string {
	if bracket := strings.IndexByte(name, '['); bracket > 0 {
		return name[:bracket]
	}
	if dot := strings.IndexRune(name, '·'); dot > 0 {
		return name[:dot]
	}
	return name
}

var spaces = regexp.MustCompile(`\s+`)

func (f *facts) lines(version, arch string, constants []string) []string {
	version = strings.Fields(version)[0]
	parts := strings.Split(strings.TrimPrefix(version, "go"), ".")
	lines := []string{
		"# Generated by eng/runtime-tables/generate; not edited by hand. The format is described in LayoutTableText.cs.",
		fmt.Sprintf("go %s.%s %s %s https://github.com/golang/go/blob/%s/", parts[0], parts[1], version, arch, version),
	}
	sort.Strings(constants)
	for _, name := range constants {
		if value, ok := f.constants[name]; ok {
			lines = append(lines, fmt.Sprintf("const %s %d %s", name, value, orDash(f.places[name])))
		}
	}
	names := make([]string, 0, len(f.structures))
	for name := range f.structures {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		s := f.structures[name]
		lines = append(lines, fmt.Sprintf("struct %s %d %s", word(s.name), s.size, orDash(s.place)))
		for _, field := range s.fields {
			embedded := "-"
			if field.embedded {
				embedded = "embedded"
			}
			lines = append(lines, fmt.Sprintf("field %s %d %d %d %d %s %s",
				field.name, field.offset, field.size, field.kind, field.elements, embedded, word(field.typeName)))
		}
	}
	return lines
}

// word makes one word of a type's name: the format separates by single spaces.
func word(name string) string { return spaces.ReplaceAllString(name, "\u00a0") }

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
