using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Vitrine.DotNet;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.AspNetCore.Continuous;

/// <summary>
/// Makes a profile that has grown since a start out of recordings: one after the other, added up. That is what collectors of continuous profiles expect, and what Go has, when the instrument itself only
/// watches over a time. Between two recordings, while one is written and the next begins, nothing is seen; the profile says how much of the time that was.
/// </summary>
sealed partial class Accumulation : IDisposable
{
    /// <summary>How long one recording is: long enough that what is lost between two is little.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // With more different samples, stacks or labels change all the time and nobody could read it: those that are known go on growing, the others are counted.
    const int MaximumSamples = 200_000;

    static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1), s_patience = TimeSpan.FromMilliseconds(100);

    readonly IFlowRecorder _recorder;
    readonly TimeSpan _window;
    readonly ILogger _logger;
    readonly int _maximumSamples;
    readonly CancellationTokenSource _stop = new();
    readonly Thread _thread;
    readonly object _gate = new();
    readonly long _begun = Stopwatch.GetTimestamp();
    CancellationTokenSource? _recording;
    Profile? _sum;
    TimeSpan _watched;
    long _rounds, _wanted, _samples, _lost, _leftOut;
    string _problem = "";

    /// <param name="recorder">What is recorded.</param>
    /// <param name="window">How long one recording is.</param>
    /// <param name="logger">Where failures go that the recorder did not expect.</param>
    /// <param name="maximumSamples">Different samples that are kept.</param>
    public Accumulation(IFlowRecorder recorder, TimeSpan window, ILogger logger, int maximumSamples = MaximumSamples)
    {
        (_recorder, _window, _logger, _maximumSamples) = (recorder, window, logger, maximumSamples);
        _thread = new Thread(Run) { IsBackground = true, Name = $"Vitrine {recorder.Name}" };
        _thread.UnsafeStart();
    }

    /// <summary>Everything since the start, up to now: the recording that is under way is ended in order and counted.</summary>
    /// <exception cref="InstrumentUnavailableException">Nothing could be recorded so far.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public Profile Collect(CancellationToken stop)
    {
        lock (_gate)
        {
            var until = _recording is not null || _rounds == 0 ? _rounds + 1 : _rounds;
            _wanted = Math.Max(_wanted, until);
            _recording?.Cancel();
            while (_rounds < until && !_stop.IsCancellationRequested)
            {
                Monitor.Wait(_gate, s_patience);
                stop.ThrowIfCancellationRequested();
            }
            return _sum?.WithComments(Comments()) ?? throw new InstrumentUnavailableException(_problem.Length > 0 ? _problem : $"Nothing of {_recorder.Name} is recorded yet.");
        }
    }

    List<string> Comments()
    {
        var since = Stopwatch.GetElapsedTime(_begun);
        List<string> comments = [string.Create(CultureInfo.InvariantCulture,
            $"Added up from {_rounds} recordings: {_watched.TotalSeconds:0.0} s of the {since.TotalSeconds:0.0} s since it was switched on were watched; {_samples} observations, {_lost} lost.")];
        if (_leftOut > 0) comments.Add($"{_leftOut} times a recording had a sample that is left out, because {_maximumSamples} different ones are kept already; those go on growing.");
        if (_problem.Length > 0) comments.Add($"The last recording that failed: {_problem}");
        return comments;
    }

    void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            CancellationTokenSource recording;
            lock (_gate)
            {
                recording = _recording = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                // Somebody came before the first recording began, and waits for its end.
                if (_rounds < _wanted) recording.Cancel();
            }
            Recording? result = null;
            var problem = "";
            try
            {
                result = _recorder.RecordPart(SelfTarget.Instance, _window, recording.Token);
            }
            catch (Exception e)
            {
                problem = Problem(e);   // perhaps another is recording: it is tried again
            }
            lock (_gate)
            {
                try
                {
                    if (result is not null) Add(result);
                }
                catch (Exception e)
                {
                    (result, problem) = (null, Problem(e));   // such as other sample types than before
                }
                if (result is null) _problem = problem;
                (_recording, _rounds) = (null, _rounds + 1);
                Monitor.PulseAll(_gate);
            }
            recording.Dispose();
            if (result is null) _stop.Token.WaitHandle.WaitOne(s_afterFailure);
        }
    }

    void Add(Recording recording)
    {
        _lost += recording.Lost;
        var profile = recording.Look.Result;
        _watched += profile.DurationNanos > 0 ? TimeSpan.FromMicroseconds(profile.DurationNanos / 1e3) : recording.Look.Duration;
        profile = profile.WithComments([]);
        var sum = _sum is null ? Merge.Of(profile) : Merge.Of(_sum, profile);
        if (sum.Samples.Count > _maximumSamples)
        {
            // Those that are known come first.
            _leftOut += sum.Samples.Count - _maximumSamples;
            sum = Filter.BySample(sum, sample => sample.Index < _maximumSamples);
        }
        _sum = sum;
        _samples += recording.Samples;
    }

    // Nothing that goes wrong on this thread may end the service. What the recorder did not expect is logged, once for each text in a row.
    string Problem(Exception e)
    {
        if (e is InstrumentUnavailableException expected) return $"{expected.Message} {expected.Advice}".TrimEnd();
        var problem = $"{e.GetType()}: {e.Message}";
        if (problem != _problem && !_stop.IsCancellationRequested) LogFailed(_logger, e, _recorder.Name);
        return problem;
    }

    /// <summary>Ends it; what was added up is gone.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join(TimeSpan.FromSeconds(10));
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    [LoggerMessage(14, LogLevel.Warning, "A recording of {Name}, which is watched all the time, failed; the next one is tried.")]
    static partial void LogFailed(ILogger logger, Exception exception, string name);
}
