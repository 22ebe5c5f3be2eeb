using System.Runtime.InteropServices;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Cpu;

/// <summary>Takes what the kernel program has added up out of its maps, again and again, so that they stay small. Not thread-safe.</summary>
/// <param name="maps">The loaded program.</param>
/// <param name="options">How many different samples are kept.</param>
sealed class CpuSamples(BpfObject maps, CpuOptions options)
{
    readonly BpfMap _placeMap = maps.Map("places");
    readonly BpfMap _chainMap = maps.Map("chains");
    readonly BpfMap _labelMap = maps.Map("label_sets");
    readonly Dictionary<CpuPlace, long> _places = [];
    readonly Dictionary<ulong, ulong[]> _chains = [];
    readonly Dictionary<ulong, GoroutineLabel[]> _labels = [];

    /// <summary>The samples, with how often each was seen.</summary>
    public IReadOnlyDictionary<CpuPlace, long> Places => _places;

    /// <summary>Samples taken out of the kernel, in all.</summary>
    public long Count { get; private set; }

    /// <summary>Samples that were left out because there were too many different ones.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The return addresses of a stack; empty when there is none.</summary>
    public ReadOnlySpan<ulong> Chain(ulong hash) => hash != 0 && _chains.TryGetValue(hash, out ulong[]? pcs) ? pcs : [];

    /// <summary>The labels of a set; empty when there are none.</summary>
    public IReadOnlyList<GoroutineLabel> Labels(ulong hash) => hash != 0 && _labels.TryGetValue(hash, out GoroutineLabel[]? labels) ? labels : [];

    /// <summary>Takes everything out. The program writes stack and labels before the sample that refers to them, so that these are read after it.</summary>
    public void Drain()
    {
        foreach ((CpuPlace place, ulong seen) in _placeMap.TakeAll<CpuPlace, ulong>())
        {
            if (_places.Count >= options.MaxSamples && !_places.ContainsKey(place))
            {
                LeftOut += (long)seen;
                continue;
            }
            CollectionsMarshal.GetValueRefOrAddDefault(_places, place, out _) += (long)seen;
            Count += (long)seen;
        }
        foreach ((ulong hash, CpuChain chain) in _chainMap.TakeAll<ulong, CpuChain>())
        {
            if (_chains.Count < options.MaxSamples)
                _chains.TryAdd(hash, chain.ToArray());
        }
        foreach ((ulong hash, CpuLabelSet set) in _labelMap.TakeAll<ulong, CpuLabelSet>())
        {
            if (_labels.Count < options.MaxSamples)
                _labels.TryAdd(hash, set.ToLabels());
        }
    }
}
