// The Go side of the pprof codec benchmark: the same steps as Vitrine.PprofBench, with Go's own profile package. bench/pprof-codec/run copies that package out of the
// toolchain's source into a temporary module; it is no part of this repository.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"pprofbench/profile"
)

func main() {
	switch os.Args[1] {
	case "parse":
		fmt.Println(len(read(os.Args[2]).Sample))
	case "merge":
		var all []*profile.Profile
		for _, path := range os.Args[3:] {
			all = append(all, read(path))
		}
		sum, err := profile.Merge(all)
		check(err)
		write(sum, os.Args[2])
		fmt.Println(len(sum.Sample))
	case "rewrite":
		write(read(os.Args[3]), os.Args[2])
	case "loop":
		count, err := strconv.Atoi(os.Args[2])
		check(err)
		loop(count, os.Args[3])
	}
}

func read(path string) *profile.Profile {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	p, err := profile.Parse(file)
	check(err)
	return p
}

func write(p *profile.Profile, path string) {
	file, err := os.Create(path)
	check(err)
	if strings.HasSuffix(path, ".pb") {
		check(p.WriteUncompressed(file))
	} else {
		check(p.Write(file))
	}
	check(file.Close())
}

func loop(count int, path string) {
	content, err := os.ReadFile(path)
	check(err)
	var times []int64
	for i := 0; i < count; i++ {
		start := time.Now()
		p, err := profile.Parse(bytes.NewReader(content))
		check(err)
		sum, err := profile.Merge([]*profile.Profile{p, p, p, p, p, p, p, p, p, p})
		check(err)
		check(sum.Write(io.Discard))
		times = append(times, time.Since(start).Nanoseconds())
	}
	warm := times[count/2:]
	sort.Slice(warm, func(i, j int) bool { return warm[i] < warm[j] })
	fmt.Println(warm[len(warm)/2])
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
