using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Allocations;

/// <summary>Counts sampled allocations by site, and nothing else.</summary>
/// <param name="sites">Where to.</param>
/// <param name="work">Whose work they belong to; followed until the stream ends.</param>
sealed class AllocationCounter(AllocationSites sites, EventWork work) : INettraceSink
{
    /// <summary>What a session must be asked for.</summary>
    public static EventProvider Provider { get; } = EventProvider.Runtime(RuntimeKeywords.AllocationSampling);

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != EventProviders.Runtime || e.Id != SampledAllocation.EventId) return;
        var allocation = SampledAllocation.Read(e, work);
        sites.Add(e.Stack, allocation.Type, allocation.Size, allocation.Work);
    }

    /// <inheritdoc/>
    public void OnEnd(in NettraceSummary summary) => work.Stop();
}
