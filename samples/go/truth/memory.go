package main

import (
	"fmt"
	"hash/crc64"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

var (
	stats       runtime.MemStats
	statsReport = make([]byte, 0, 64<<10)
)

// memstats writes runtime.MemStats to a file, one "Name value" per line, and answers. From the measurement to the
// next command nothing allocates, so that an outsider finds exactly these figures.
func memstats(file string) {
	fd, err := syscall.Open(file, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_TRUNC|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		say("error " + err.Error())
		return
	}
	runtime.ReadMemStats(&stats)
	report(fd)
}

// report writes the measured statistics, closes the file and answers; without allocating.
func report(fd int) {
	report := statsReport[:0]
	for i := range scalars {
		report = line(report, scalars[i].name, *scalars[i].value)
	}
	report = line(report, "NumGC", uint64(stats.NumGC))
	report = line(report, "NumForcedGC", uint64(stats.NumForcedGC))
	report = append(append(report, "GCCPUFraction "...), strconv.AppendFloat(fraction[:0], stats.GCCPUFraction, 'g', -1, 64)...)
	report = append(report, '\n')
	report = line(report, "EnableGC", boolean(stats.EnableGC))
	report = line(report, "DebugGC", boolean(stats.DebugGC))
	for i := range stats.PauseNs {
		report = item(report, "PauseNs", i, stats.PauseNs[i])
		report = item(report, "PauseEnd", i, stats.PauseEnd[i])
	}
	for i := range stats.BySize {
		report = item(report, "BySize.Size", i, uint64(stats.BySize[i].Size))
		report = item(report, "BySize.Mallocs", i, stats.BySize[i].Mallocs)
		report = item(report, "BySize.Frees", i, stats.BySize[i].Frees)
	}
	report = line(report, "NumGoroutine", uint64(runtime.NumGoroutine()))
	report = line(report, "GOMAXPROCS", uint64(runtime.GOMAXPROCS(0)))
	writeAll(fd, report)
	syscall.Close(fd)
	say("ok memstats")
}

var fraction [64]byte

var scalars = []struct {
	name  string
	value *uint64
}{
	{"Alloc", &stats.Alloc}, {"TotalAlloc", &stats.TotalAlloc}, {"Sys", &stats.Sys}, {"Lookups", &stats.Lookups},
	{"Mallocs", &stats.Mallocs}, {"Frees", &stats.Frees}, {"HeapAlloc", &stats.HeapAlloc}, {"HeapSys", &stats.HeapSys},
	{"HeapIdle", &stats.HeapIdle}, {"HeapInuse", &stats.HeapInuse}, {"HeapReleased", &stats.HeapReleased},
	{"HeapObjects", &stats.HeapObjects}, {"StackInuse", &stats.StackInuse}, {"StackSys", &stats.StackSys},
	{"MSpanInuse", &stats.MSpanInuse}, {"MSpanSys", &stats.MSpanSys}, {"MCacheInuse", &stats.MCacheInuse},
	{"MCacheSys", &stats.MCacheSys}, {"BuckHashSys", &stats.BuckHashSys}, {"GCSys", &stats.GCSys},
	{"OtherSys", &stats.OtherSys}, {"NextGC", &stats.NextGC}, {"LastGC", &stats.LastGC}, {"PauseTotalNs", &stats.PauseTotalNs},
}

func line(report []byte, name string, value uint64) []byte {
	report = append(append(report, name...), ' ')
	return append(strconv.AppendUint(report, value, 10), '\n')
}

func item(report []byte, name string, index int, value uint64) []byte {
	report = append(append(report, name...), '.')
	report = append(strconv.AppendUint(report, uint64(index), 10), ' ')
	return append(strconv.AppendUint(report, value, 10), '\n')
}

func boolean(value bool) uint64 {
	if value {
		return 1
	}
	return 0
}

// ---- allocation with known sites

var heap struct {
	small  [][]byte
	large  [][]byte
	typed  []*record4
	byName map[string]int
	deep   [][]byte
	pairs  []*couple[string, int]
	boxes  []*couple[int64, *record4]
}

type record4 struct {
	name string
	next *record4
	a, b int
}

// alloc keeps N objects of each of several sites and drops as many.
func alloc(args []string) (string, error) {
	count := number(args, 0, 1000)
	if heap.byName == nil {
		heap.byName = map[string]int{}
	}
	for i := 0; i < count; i++ {
		heap.small = append(heap.small, allocSmall(48))
		heap.typed = append(heap.typed, allocTyped(i))
		if i%100 == 0 {
			heap.large = append(heap.large, allocLarge(256<<10))
		}
		heap.byName["name"+strconv.Itoa(len(heap.byName))] = i
		if i%4 == 0 {
			heap.deep = append(heap.deep, allocDeep(200))
		}
		heap.pairs = append(heap.pairs, allocPair("n", i))
		heap.boxes = append(heap.boxes, allocPair[int64, *record4](int64(i), nil))
		dropped = allocDropped(512)
	}
	return fmt.Sprint("count=", count), nil
}

var dropped []byte

//go:noinline
func allocSmall(size int) []byte { return make([]byte, size) }

//go:noinline
func allocLarge(size int) []byte { return make([]byte, size) }

//go:noinline
func allocTyped(n int) *record4 { return &record4{name: "n", a: n} }

//go:noinline
func allocDropped(size int) []byte { return make([]byte, size) }

// allocDeep allocates below more frames than any Go version records. The calls in between are inlined into one
// another, so that the recorded stack is cut in the middle of a physical frame.
//
//go:noinline
func allocDeep(depth int) []byte { return allocDeeper(depth) }

func allocDeeper(depth int) []byte {
	if depth == 0 {
		return make([]byte, 96)
	}
	return allocDeep(depth - 1)
}

type couple[A, B any] struct {
	a A
	b B
}

// allocPair is generic: profiles name its instances with their type arguments from Go 1.21 on.
//
//go:noinline
func allocPair[A, B any](a A, b B) *couple[A, B] { return &couple[A, B]{a, b} }

// free lets go of what alloc kept.
func free([]string) (string, error) {
	heap.small, heap.large, heap.typed, heap.byName, dropped = nil, nil, nil, nil, nil
	heap.deep, heap.pairs, heap.boxes = nil, nil, nil
	return "", nil
}

// collect runs the garbage collector; two cycles publish the heap profile of what came before.
func collect(args []string) (string, error) {
	for i := number(args, 0, 1); i > 0; i-- {
		runtime.GC()
	}
	return "", nil
}

// ---- proof that nobody wrote

// blob is memory that nothing in this program writes after init.
var blob = func() []byte {
	bytes := make([]byte, 8<<20)
	state := uint64(0x9E3779B97F4A7C15)
	for i := range bytes {
		state = state*6364136223846793005 + 1442695040888963407
		bytes[i] = byte(state >> 56)
	}
	return bytes
}()

// checksum covers the program's machine code and read-only data as mapped, and the blob: an outsider that writes,
// or plants a breakpoint, changes it.
func checksum([]string) (string, error) {
	table := crc64.MakeTable(crc64.ECMA)
	sum := crc64.Checksum(blob, table)
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return "", err
	}
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return "", err
	}
	covered := len(blob)
	for _, mapping := range strings.Split(string(maps), "\n") {
		var start, end uintptr
		var flags string
		if !strings.HasSuffix(mapping, exe) || !scanMapping(mapping, &start, &end, &flags) || strings.Contains(flags, "w") {
			continue
		}
		bytes := unsafe.Slice((*byte)(addressAsPointer(start)), int(end-start))
		sum = crc64.Update(sum, table, bytes)
		covered += len(bytes)
	}
	return fmt.Sprintf("crc64=%016x bytes=%d", sum, covered), nil
}

func scanMapping(mapping string, start, end *uintptr, flags *string) bool {
	n, err := fmt.Sscanf(mapping, "%x-%x %s", start, end, flags)
	return err == nil && n == 3 && strings.HasPrefix(*flags, "r")
}

// addressAsPointer makes a pointer of an address outside the Go heap, where the garbage collector does not look.
func addressAsPointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}
