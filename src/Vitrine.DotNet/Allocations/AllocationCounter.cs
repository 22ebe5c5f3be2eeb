using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Allocations;

/// <summary>Counts sampled allocations by site, and nothing else.</summary>
sealed class AllocationCounter(AllocationSites sites) : INettraceSink
{
    /// <summary>What a session must be asked for.</summary>
    public static EventProvider Provider { get; } = EventProvider.Runtime(RuntimeKeywords.AllocationSampling);

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != EventProviders.Runtime || e.Id != SampledAllocation.EventId) return;
        var allocation = SampledAllocation.Read(e);
        sites.Add(e.Stack, allocation.Type, allocation.Size);
    }
}
