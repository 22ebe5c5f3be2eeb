// The program pproftruth does with Go's own profile package what the tests do with Vitrine.Pprof, and writes the result uncompressed:
//
//	pproftruth OUT OPERATION [ARGUMENT...] -- IN...
//
// The package itself is copied from the toolchain's source when the tests run; it is no part of this repository.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"

	"pproftruth/profile"
)

func main() {
	out, operation := os.Args[1], os.Args[2]
	var arguments []string
	rest := os.Args[3:]
	for len(rest) > 0 && rest[0] != "--" {
		arguments = append(arguments, rest[0])
		rest = rest[1:]
	}
	var profiles []*profile.Profile
	for _, path := range rest[1:] {
		file, err := os.Open(path)
		check(err)
		p, err := profile.Parse(file)
		check(err)
		check(file.Close())
		profiles = append(profiles, p)
	}
	result := apply(operation, arguments, profiles)
	check(result.CheckValid())
	file, err := os.Create(out)
	check(err)
	check(result.WriteUncompressed(file))
	check(file.Close())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pattern(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	return regexp.MustCompile(s)
}

func apply(operation string, a []string, in []*profile.Profile) *profile.Profile {
	p := in[0]
	switch operation {
	case "copy":
		return p
	case "merge":
		merged, err := profile.Merge(in)
		check(err)
		return merged
	case "names":
		p.FilterSamplesByName(pattern(a[0]), pattern(a[1]), pattern(a[2]), pattern(a[3]))
	case "showfrom":
		p.ShowFrom(pattern(a[0]))
	case "prune":
		p.Prune(pattern(a[0]), pattern(a[1]))
	case "uninteresting":
		check(p.RemoveUninteresting())
	case "prunefrom":
		p.PruneFrom(pattern(a[0]))
	case "tags":
		p.FilterTagsByName(pattern(a[0]), pattern(a[1]))
	case "aggregate":
		var flags [6]bool
		for i := range flags {
			flags[i] = a[i] == "1"
		}
		check(p.Aggregate(flags[0], flags[1], flags[2], flags[3], flags[4], flags[5]))
	case "scale":
		var ratios []float64
		for _, text := range a {
			ratio, err := strconv.ParseFloat(text, 64)
			check(err)
			ratios = append(ratios, ratio)
		}
		check(p.ScaleN(ratios))
	case "diff":
		base := in[1]
		if a[0] == "marked" {
			base.SetLabel("pprof::base", []string{"true"})
		}
		if a[1] == "normalize" {
			check(p.Normalize(base))
		}
		base.Scale(-1)
		merged, err := profile.Merge([]*profile.Profile{p, base})
		check(err)
		return merged
	default:
		check(fmt.Errorf("no operation %q", operation))
	}
	return p.Compact()
}
