using System.Globalization;
using Vitrine.DotNet.Outside;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Outside;

/// <summary>The processor time of another process, against the scheduler's account of each thread and the shares that the program's loops have by construction.</summary>
public class OutsideCpuTests
{
    [Fact]
    public void Record_OfKnownLoops_HasTheirSharesAndCallers()
    {
        using var sample = new ThreadsSample("0", "busy", "heartbeat");
        var target = DotNetTarget.Attach(LinuxProcess.Open(sample.Pid));
        sample.Ask("report");
        string[] problems = [];
        // The error by sampling falls with the square root of the samples: 1 s of a thread at 999 Hz leaves 3 %. A busy machine gives a thread less than that in some rounds.
        for (var round = 0; round < 4; round++)
        {
            using var accounts = new Accounts(sample.Pid);
            var recording = new OutsideCpuRecorder(new() { Rate = 999 }).Record(target, TimeSpan.FromSeconds(4), CancellationToken.None);
            var (begun, ended) = (recording.Look.CapturedAt, recording.Look.CapturedAt + recording.Look.Duration);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", [recording.Cost, .. recording.Look.Notes, sample.Ask("report")]));
            Assert.Equal(0, recording.Lost);
            problems = [.. Problems(recording.Look.Result, thread => (accounts.Of(thread, ended) - accounts.Of(thread, begun)) / 1e9)];
            if (problems.Length == 0)
                return;
        }
        Assert.Fail(string.Join("\n", problems));
    }

    [Fact]
    public void Record_OfAProcessThatEnds_KeepsWhatWasSeen()
    {
        using var sample = new ThreadsSample("0", "busy");
        var target = DotNetTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var killer = new Timer(_ => sample.Kill(), null, TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan);
        try
        {
            var recording = new OutsideCpuRecorder(new() { Rate = 199 }).Record(target, TimeSpan.FromSeconds(60), CancellationToken.None);
            Assert.True(recording.Look.Duration < TimeSpan.FromSeconds(30));
            Assert.Contains(recording.Look.Notes, static note => note.StartsWith("The process ended during the recording", StringComparison.Ordinal));
            Assert.Contains(recording.Look.Result.Functions, static function => function.Name.EndsWith(".Loop", StringComparison.Ordinal));
        }
        catch (TargetGoneException)
        {
            // On a machine so busy that there was no sample in four seconds, it says so.
        }
    }

    [Fact]
    public void Record_SaysWhatTheProcessWasAskedFor()
    {
        using var sample = new ThreadsSample("0", "busy");
        var target = DotNetTarget.Attach(LinuxProcess.Open(sample.Pid));

        var with = new OutsideCpuRecorder().Record(target, TimeSpan.FromSeconds(1), CancellationToken.None);
        var without = new OutsideCpuRecorder(new() { WithMethods = false }).Record(target, TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Contains("listed all of its methods once", with.Cost, StringComparison.Ordinal);
        Assert.Contains("runs nothing for it", without.Cost, StringComparison.Ordinal);
        Assert.Contains(without.Look.Notes, static note => note.Contains("not asked for", StringComparison.Ordinal));
        Assert.Contains(with.Look.Result.Functions, static function => function.Name.EndsWith(".Loop", StringComparison.Ordinal));
        Assert.DoesNotContain(without.Look.Result.Functions, static function => function.Name.EndsWith(".Loop", StringComparison.Ordinal));
    }

    static IEnumerable<string> Problems(Profile profile, Func<string, double> account)
    {
        var stacks = Stacks(profile).ToList();
        foreach (var thread in new[] { "managed", "sha256" })
        {
            var sampled = stacks.Where(stack => stack.Thread == thread).Sum(static stack => stack.Nanoseconds) / 1e9;
            var truth = account(thread);
            if (Math.Abs(sampled / truth - 1) > 0.05)
                yield return $"{thread}: {sampled:0.00} s sampled, {truth:0.00} s by the scheduler";
        }
        var managed = stacks.Where(static stack => stack.Thread == "managed").ToList();
        var whole = managed.Sum(static stack => stack.Nanoseconds);
        foreach (var (method, share) in new[] { ("Half", 0.75), ("Quarter", 0.25) })
        {
            var found = managed.Where(stack => stack.Frames.Any(frame => frame.EndsWith("." + method, StringComparison.Ordinal))).Sum(static stack => stack.Nanoseconds) / (double)whole;
            if (Math.Abs(found - share) > 0.05)
                yield return $"{method}: {found:P1} of the thread, {share:P1} by construction";
        }
        // Every sample of a thread has its whole chain of callers.
        foreach (var (thread, outer) in new[] { ("managed", "Managed.Outer"), ("sha256", "Hashes.Outer") })
        {
            var mine = stacks.Where(stack => stack.Thread == thread).ToList();
            var all = mine.Sum(static stack => stack.Nanoseconds);
            var whole2 = mine.Where(stack => stack.Frames.Any(frame => frame.Contains(outer, StringComparison.Ordinal)) && stack.Frames.Any(static frame => frame.Contains("Thread.StartCallback", StringComparison.Ordinal))).Sum(static stack => stack.Nanoseconds);
            if (whole2 < 0.99 * all)
                yield return $"{thread}: only {(double)whole2 / all:P1} of its samples have all callers; for example\n  {string.Join("\n  ", mine.First(stack => !stack.Frames.Any(frame => frame.Contains(outer, StringComparison.Ordinal))).Frames)}";
        }
    }

    static IEnumerable<(string Thread, IReadOnlyList<string> Frames, long Nanoseconds)> Stacks(Profile profile)
    {
        foreach (var sample in profile.Samples)
        {
            var frames = new List<string>();
            foreach (var index in sample.LocationIndexes)
            {
                var location = profile.Locations[index];
                frames.Add(location.LineCount > 0 ? profile.Functions[location.Line(0).Function].Name : $"[{location.Mapping?.File}]");
            }
            yield return (sample.Labels.First(static label => label.Key == "thread").Text ?? "", frames, sample.Values[1]);
        }
    }

    /// <summary>The scheduler's account of each named thread (/proc/PID/task/TID/schedstat), read all the time, so that it is known for any moment.</summary>
    sealed class Accounts : IDisposable
    {
        readonly List<(DateTimeOffset At, Dictionary<string, double> Nanoseconds)> _readings = [];
        readonly CancellationTokenSource _stop = new();
        readonly Thread _reader;

        public Accounts(int pid)
        {
            _reader = new Thread(() =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    var times = new Dictionary<string, double>();
                    var before = DateTimeOffset.UtcNow;
                    foreach (var folder in Directory.GetDirectories($"/proc/{pid}/task"))
                    {
                        try
                        {
                            var name = File.ReadAllText(Path.Combine(folder, "comm")).Trim();
                            if (name is "managed" or "sha256")
                                times[name] = long.Parse(File.ReadAllText(Path.Combine(folder, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
                        }
                        catch (IOException)
                        {
                            // One of the thread pool's that ended since it was listed.
                        }
                    }
                    lock (_readings)
                        _readings.Add((before + ((DateTimeOffset.UtcNow - before) / 2), times));
                    _stop.Token.WaitHandle.WaitOne(25);
                }
            });
            _reader.Start();
        }

        /// <summary>Nanoseconds up to a moment, between two readings in proportion.</summary>
        public double Of(string thread, DateTimeOffset at)
        {
            lock (_readings)
            {
                var next = Math.Clamp(_readings.FindIndex(reading => reading.At >= at), 1, _readings.Count - 1);
                var (from, to) = (_readings[next - 1], _readings[next]);
                return from.Nanoseconds[thread] + ((to.Nanoseconds[thread] - from.Nanoseconds[thread]) * ((at - from.At) / (to.At - from.At)));
            }
        }

        public void Dispose()
        {
            _stop.Cancel();
            _reader.Join();
            _stop.Dispose();
        }
    }
}
