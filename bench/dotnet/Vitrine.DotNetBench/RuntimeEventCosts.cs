using System.Diagnostics;
using Vitrine.DotNet;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Goroutines;
using Vitrine.DotNet.Waits;
using Vitrine.Instruments;

namespace Vitrine.DotNetBench;

/// <summary>What the program pays for one event that is recorded, and what a dump of all threads takes.</summary>
static class RuntimeEventCosts
{
    public static void Run(int rounds, TimeSpan window)
    {
        Console.WriteLine("| one of these | while nothing records | while it is recorded | instrument |");
        Console.WriteLine("|---|---:|---:|---|");
        Row("exception, thrown and caught in the caller", Throw, new ExceptionInstrument(), rounds, window);
        Row("the same, rethrows seen as well", Throw, new ExceptionInstrument(new() { SeeRethrows = true }), rounds, window);
        using (var waits = new Partner(new AutoResetEvent(false), new AutoResetEvent(false)))
            Row("two waits for an event that another thread sets", waits.PingPong, new WaitInstrument(), rounds, window);
        using (var crowd = new Crowd())
        using (var mutex = new MutexProfile())
            Row("lock taken by two threads at once, held 50 µs", crowd.Take, mutex, rounds, window);
    }

    static void Row(string what, Action action, IProfileRecorder instrument, int rounds, TimeSpan window)
    {
        // Windows with and without in turn: the machine's other work is in both.
        List<double> off = [], on = [];
        for (var round = 0; round < rounds; round++)
        {
            off.Add(PerCall(action, window));
            using var stop = new CancellationTokenSource();
            var recording = Task.Factory.StartNew(() => instrument.Record(SelfTarget.Instance, TimeSpan.FromMinutes(1), stop.Token), TaskCreationOptions.LongRunning);
            Thread.Sleep(100);
            on.Add(PerCall(action, window));
            stop.Cancel();
            recording.Wait();
        }
        off.Sort();
        on.Sort();
        Console.WriteLine($"| {what} | {Measure.Time(off[rounds / 2])} | {Measure.Time(on[rounds / 2])} | {instrument.Name} |");
    }

    static double PerCall(Action action, TimeSpan window)
    {
        long calls = 0;
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < window)
            for (var i = 0; i < 10; i++, calls++) action();
        return Stopwatch.GetElapsedTime(begun).TotalNanoseconds / calls;
    }

    static void Throw()
    {
        try
        {
            throw new InvalidOperationException();
        }
        catch (InvalidOperationException)
        {
            // That is all.
        }
    }

    sealed class Partner : IDisposable
    {
        readonly AutoResetEvent _ping, _pong;
        readonly Thread _thread;
        bool _stop;

        public Partner(AutoResetEvent ping, AutoResetEvent pong)
        {
            (_ping, _pong) = (ping, pong);
            _thread = new Thread(() =>
            {
                while (true)
                {
                    _ping.WaitOne();
                    if (Volatile.Read(ref _stop)) return;
                    _pong.Set();
                }
            })
            { IsBackground = true };
            _thread.Start();
        }

        public void PingPong()
        {
            _ping.Set();
            _pong.WaitOne();
        }

        public void Dispose()
        {
            Volatile.Write(ref _stop, true);
            _ping.Set();
            _thread.Join();
            _ping.Dispose();
            _pong.Dispose();
        }
    }

    sealed class Crowd : IDisposable
    {
        readonly object _gate = new();
        readonly Thread _other;
        bool _stop;

        public Crowd()
        {
            _other = new Thread(() =>
            {
                while (!Volatile.Read(ref _stop)) Take();
            })
            { IsBackground = true };
            _other.Start();
        }

        public void Take()
        {
            lock (_gate)
            {
                var begun = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(begun).TotalMicroseconds < 50)
                {
                }
            }
        }

        public void Dispose()
        {
            Volatile.Write(ref _stop, true);
            _other.Join();
        }
    }

    /// <summary>All threads of the process with their stacks, as one profile; the median in milliseconds.</summary>
    public static double Dump(int threads, int rounds)
    {
        using var release = new ManualResetEvent(false);
        var parked = Enumerable.Range(0, threads).Select(_ => new Thread(() => Deep(20, release), 256 << 10) { IsBackground = true }).ToList();
        parked.ForEach(static one => one.Start());
        Thread.Sleep(300);
        var instrument = new GoroutineInstrument();
        List<double> milliseconds = [];
        var notes = "";
        for (var round = 0; round < rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var look = instrument.Collect(SelfTarget.Instance, default);
            milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            notes = look.Notes[^1];
        }
        release.Set();
        parked.ForEach(static one => one.Join());
        var first = milliseconds[0];
        milliseconds.Sort();
        Console.WriteLine($"Dump of {threads} parked threads, 20 methods deep each, names and lines included: {milliseconds[rounds / 2]:F0} ms, median of {rounds}; the first {first:F0} ms. {notes}");
        return milliseconds[rounds / 2];
    }

    static void Deep(int depth, WaitHandle until)
    {
        if (depth > 0) Deep(depth - 1, until);
        else until.WaitOne();
        GC.KeepAlive(until);
    }
}
