namespace Vitrine.Instruments;

/// <summary>
/// A recorder whose values are flows – how often something happened, how long it took – and whose recordings may follow one another for ever: those of consecutive times can be added up, and the sum is what happened in all
/// of them. An inventory (what is there at one moment, as threads and operations in progress) is none: added up it would count the same thing again and again. Neither is a recorder that should not run all the time.
/// </summary>
public interface IFlowRecorder : IProfileRecorder
{
    /// <summary>
    /// Records one of the parts that are added up: without what is different in each request, such as its trace, which would make the sum grow for ever.
    /// </summary>
    /// <inheritdoc cref="IProfileRecorder.Record"/>
    Recording RecordPart(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, stop);
}
