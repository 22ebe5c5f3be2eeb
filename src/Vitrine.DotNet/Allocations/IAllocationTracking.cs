using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Allocations;

/// <summary>Something that has watched allocations since it was started, and can say what it saw at any time.</summary>
public interface IAllocationTracking
{
    /// <summary>The process.</summary>
    IDotNetTarget Target { get; }

    /// <summary>Why it has ended; empty while it runs.</summary>
    string EndedBecause { get; }

    /// <summary>Everything since the start: allocated and in use.</summary>
    /// <param name="defaultSampleType">What a viewer shows first.</param>
    /// <param name="collectFirst">Whether to collect garbage first, as <c>gc=1</c> asks; only for this process.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InstrumentUnavailableException">The watching has ended, or cannot collect.</exception>
    Look<Profile> Collect(string defaultSampleType, bool collectFirst, CancellationToken cancellation);
}
