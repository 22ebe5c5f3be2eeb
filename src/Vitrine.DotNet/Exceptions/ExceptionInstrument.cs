using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Exceptions;

/// <summary>
/// <c>exceptions</c>: every exception that is thrown, by the stack that threw it, with its type – also those that are caught and never seen. Nothing is sampled.
/// </summary>
/// <remarks>
/// An exception that an <c>await</c> passes on is thrown again by <c>ExceptionDispatchInfo.Throw</c>; its label <c>rethrown</c> says so, by its stack. Again with <c>throw;</c> is only seen with
/// <see cref="ExceptionOptions.SeeRethrows"/>. Both together are what <see cref="AppDomain.FirstChanceException"/> counts.
/// </remarks>
/// <param name="options">What to record; null for the defaults.</param>
public sealed class ExceptionInstrument(ExceptionOptions? options = null) : IFlowRecorder
{
    readonly ExceptionOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => "exceptions";

    /// <inheritdoc/>
    public string Description => "exceptions that are thrown, by type and stack";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target);

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, traces: true, stop);

    /// <inheritdoc/>
    public Recording RecordPart(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, traces: false, stop);

    Recording Record(ITarget target, TimeSpan duration, bool traces, CancellationToken stop)
    {
        var dotnet = EventTarget.Require(target, Name);
        using var work = EventWork.Start(dotnet, _options.Labels, traces);
        var tally = new ExceptionTally(_options.KeepMessages, work);
        var level = _options.SeeRethrows ? EventLevel.Informational : EventLevel.Error;
        var end = EventWatch.Run(dotnet, [EventProvider.Runtime(RuntimeKeywords.Exception, level)], new ExceptionSink(tally), duration, _options.Budget, withMethods: true, stop);

        var begun = Stopwatch.GetTimestamp();
        var profile = new EventProfile(end.Methods, end.StartedAt, end.Recording.Watched, new SampleType("exceptions", "count"));
        var works = work.Labels();
        List<Label> labels = [];
        long passedOn = 0;
        foreach (var row in tally.Rows())
        {
            var stack = tally.Stacks[row.Key.Stack];
            var isPassedOn = IsPassedOn(profile, stack);
            if (isPassedOn) passedOn += row.Count;
            labels.Clear();
            labels.Add(new("type", row.Key.Type));
            if (row.Key.IsRethrown || isPassedOn) labels.Add(new("rethrown", row.Key.IsRethrown ? "throw" : "await"));
            if (row.Key.Message.Length > 0) labels.Add(new("message", row.Key.Message));
            labels.AddRange(works[row.Key.Work]);
            profile.Add(stack, [row.Count], labels.ToArray());
        }

        List<string> notes =
        [
            string.Create(CultureInfo.InvariantCulture, $"{tally.Thrown - passedOn} exceptions were thrown; {passedOn} times one was passed on by an await or ExceptionDispatchInfo.Throw{(_options.SeeRethrows ? $", {tally.Rethrown} times thrown again by 'throw;'" : "")}."),
        ];
        if (!_options.SeeRethrows) notes.Add("Exceptions thrown again by 'throw;' are not counted a second time: the runtime does not report them as thrown.");
        notes.AddRange(end.Notes());
        if (tally.Dropped > 0) notes.Add($"{tally.Dropped} exceptions are without their stack or not in the profile: there are too many different ones.");
        notes.AddRange(work.Notes());
        return new(
            new(profile.Build(notes), end.StartedAt, end.Recording.Watched + Stopwatch.GetElapsedTime(begun), new() { Total = Count(tally.Thrown + tally.Rethrown + end.Lost), Accepted = Count(tally.Thrown + tally.Rethrown) }, notes),
            tally.Thrown + tally.Rethrown, end.Lost, end.Cost)
        { TargetEnded = end.TargetEnded };
    }

    static int Count(long count) => (int)Math.Min(count, int.MaxValue);

    /// <summary>Whether the first method of the program's side is the one that throws what was captured before.</summary>
    static bool IsPassedOn(EventProfile profile, ReadOnlySpan<ulong> stack) =>
        profile.Program(stack) is { Length: > 0 } program && profile.Names[program[0]].Name.StartsWith("System.Runtime.ExceptionServices.ExceptionDispatchInfo.", StringComparison.Ordinal);
}
