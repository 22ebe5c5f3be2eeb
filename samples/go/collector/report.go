package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// account is what the runtime says about itself. Lists of pauses have the most recent one first.
type account struct {
	NumGC        uint32
	NumForcedGC  uint32
	PauseTotalNs uint64
	PauseNs      []uint64
	NextGC       uint64
	Metrics      map[string]float64
	Histograms   map[string]histogram
}

// histogram has one boundary more than counts; infinite ones are left out and stand as null.
type histogram struct {
	Counts  []uint64
	Buckets []*float64
}

var histograms = []string{"/gc/pauses:seconds", "/sched/pauses/total/gc:seconds", "/sched/pauses/total/other:seconds"}

func report() {
	// Without ReadMemStats where it can be done without: it stops the world, and what is told must not change by telling it.
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	told := account{
		NumGC:        uint32(stats.NumGC),
		PauseTotalNs: uint64(stats.PauseTotal),
		PauseNs:      []uint64{},
		Metrics:      map[string]float64{},
		Histograms:   map[string]histogram{},
	}
	for _, pause := range stats.Pause {
		told.PauseNs = append(told.PauseNs, uint64(pause))
	}

	var samples []metrics.Sample
	for _, description := range metrics.All() {
		samples = append(samples, metrics.Sample{Name: description.Name})
	}
	metrics.Read(samples)
	for _, sample := range samples {
		switch sample.Value.Kind() {
		case metrics.KindUint64:
			told.Metrics[sample.Name] = float64(sample.Value.Uint64())
		case metrics.KindFloat64:
			told.Metrics[sample.Name] = sample.Value.Float64()
		}
	}
	for _, name := range histograms {
		told.addHistogram(samples, name)
	}
	told.NumForcedGC = uint32(told.Metrics["/gc/cycles/forced:gc-cycles"])
	told.NextGC = uint64(told.Metrics["/gc/heap/goal:bytes"])
	_ = json.NewEncoder(os.Stdout).Encode(told)
	runtime.KeepAlive(samples)
}

func (told *account) addHistogram(samples []metrics.Sample, name string) {
	for _, sample := range samples {
		if sample.Name != name || sample.Value.Kind() != metrics.KindFloat64Histogram {
			continue
		}
		from := sample.Value.Float64Histogram()
		result := histogram{Counts: from.Counts}
		for i := range from.Buckets {
			bound := from.Buckets[i]
			if bound-bound == 0 { // neither infinite
				result.Buckets = append(result.Buckets, &bound)
			} else {
				result.Buckets = append(result.Buckets, nil)
			}
		}
		told.Histograms[name] = result
	}
}
