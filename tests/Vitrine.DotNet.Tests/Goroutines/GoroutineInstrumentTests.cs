using System.Globalization;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Async;
using Vitrine.DotNet.Goroutines;
using Vitrine.DotNet.Tests.Async;
using Vitrine.DotNet.Tests.Events;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Goroutines;

/// <summary>Threads and tasks are the process's: nothing else starts any meanwhile.</summary>
public sealed class GoroutineInstrumentTests(ITestOutputHelper output)
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Park(WaitHandle until, CountdownEvent parked)
    {
        parked.Signal();
        until.WaitOne();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Burn(ref bool until, CountdownEvent parked)
    {
        parked.Signal();
        while (!Volatile.Read(ref until))
        {
        }
    }

    [Fact]
    public void Collect_ManyThreads_ShowsEachAtItsWait()
    {
        const int Parked = 200;
        using var release = new ManualResetEvent(false);
        using var parked = new CountdownEvent(Parked + 1);
        var stop = false;
        var threads = Enumerable.Range(0, Parked).Select(_ => new Thread(() => Park(release, parked), 256 << 10)).Append(new(() => Burn(ref stop, parked))).ToList();
        threads.ForEach(static one => one.Start());
        try
        {
            Assert.True(parked.Wait(TimeSpan.FromSeconds(30)));
            Profile profile = null!;
            // A thread says that it is there just before it waits.
            Assert.True(SpinWait.SpinUntil(() =>
            {
                var look = new GoroutineInstrument().Collect(SelfTarget.Instance, default);
                output.WriteLine($"{look.Duration.TotalMilliseconds:0} ms; {string.Join(' ', look.Notes)}");
                profile = look.Result;
                return profile.With(".Park").Where(static one => one.Labels.Text(GoroutineLabels.State) == "WaitHandle").Sum(0) == Parked;
            }, TimeSpan.FromSeconds(30)), profile.Text());

            Assert.All(profile.With(".Park"), static one => Assert.Equal(GoroutineLabels.Thread, one.Labels.Text(GoroutineLabels.Kind)));
            var burning = profile.With(".Burn").Single();
            Assert.Equal((1, ThreadStates.Running), (burning.Values[0], burning.Labels.Text(GoroutineLabels.State)));
            // Every thread of the process is there: the kernel's list is the truth. Threads of the session itself are gone.
            Assert.InRange(profile.Samples.Sum(static one => one.Values[0]), Parked + 2, Directory.GetDirectories("/proc/self/task").Length + 3);
        }
        finally
        {
            Volatile.Write(ref stop, true);
            release.Set();
            threads.ForEach(static one => one.Join());
        }
    }

    [Fact]
    public void Collect_WithTracking_HasThreadsAndOperationsInOneProfile()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        work.Handle(3000);
        work.Settle();
        var blocked = work.Block();
        try
        {
            var instrument = new GoroutineInstrument(tracking);
            Profile profile = null!;
            Assert.True(SpinWait.SpinUntil(() =>
            {
                profile = instrument.Collect(SelfTarget.Instance, default).Result;
                return profile.With("Workload.Repository").Sum(0) >= 3000 && profile.Samples.Any(static one => one.Labels.Text(GoroutineLabels.State) == "Task.Wait");
            }, TimeSpan.FromSeconds(30)), profile.Text());

            Assert.All(profile.With("Workload.Repository"), static one => Assert.Equal(GoroutineLabels.Async, one.Labels.Text(GoroutineLabels.Kind)));
            // Equal ones are one sample: a profile of thousands stays small.
            Assert.InRange(profile.Samples.Count, 2, 100);
        }
        finally
        {
            work.Dispose();
            blocked.Join();
        }
    }

    [Fact]
    public void WriteText_IsABlockForEachThreadAndOperation()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        work.Handle(3);
        work.Settle();
        using var release = new ManualResetEvent(false);
        using var parked = new CountdownEvent(1);
        var thread = new Thread(() => Park(release, parked)) { Name = "the parked one" };
        thread.Start();
        parked.Wait();
        try
        {
            var text = "";
            Assert.True(SpinWait.SpinUntil(() =>
            {
                var writer = new StringWriter();
                new GoroutineInstrument(tracking).WriteText(SelfTarget.Instance, writer, default);
                text = writer.ToString();
                return text.Contains("\"the parked one\" [WaitHandle]:\n", StringComparison.Ordinal)
                    && text.Split($"Repository(...)\n\t{ThisFile("../Async/Workload.cs")}:{work.RepositoryLine.ToString(CultureInfo.InvariantCulture)}\n").Length == 4;
            }, TimeSpan.FromSeconds(30)), text);
            output.WriteLine(text);
            Assert.Contains("async ", text, StringComparison.Ordinal);
            Assert.Contains(".Park(...)\n\t", text, StringComparison.Ordinal);
        }
        finally
        {
            work.Dispose();
            release.Set();
            thread.Join();
        }
    }

    static string ThisFile(string relative, [CallerFilePath] string path = "") => Path.GetFullPath(relative, Path.GetDirectoryName(path)!);

    [Fact]
    public void Record_TracksForItsTime()
    {
        var work = new Workload();
        using var stop = new CancellationTokenSource();
        var starting = Task.Run(() =>
        {
            Thread.Sleep(100);
            work.Handle(5);
            work.Settle();
            stop.CancelAfter(200);
        });
        try
        {
            var recording = new GoroutineInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(30), stop.Token);
            starting.GetAwaiter().GetResult();

            Assert.Equal(5, recording.Look.Result.With("Workload.Repository").Sum(0));
            Assert.Contains(recording.Look.Result.Samples, static one => one.Labels.Text(GoroutineLabels.Kind) == GoroutineLabels.Thread);
        }
        finally
        {
            work.Dispose();
        }
    }
}
