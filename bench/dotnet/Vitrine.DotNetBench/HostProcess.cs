using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vitrine.DotNet;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Cpu;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Waits;
using Vitrine.Instruments;

namespace Vitrine.DotNetBench;

/// <summary>
/// The measured program: this one, started again with <c>--host</c>. A Kestrel service on loopback, threads that compute, threads that wait; what looks at it from inside is switched on and off by lines on its
/// input, each of which it answers with one line. It ends with its input.
/// </summary>
static class HostProcess
{
    public const string Argument = "--host";

    static readonly Lock s_gate = new();
    static readonly byte[] s_page = new byte[2048];
    static readonly SortedDictionary<int, int> s_seen = [];
    static int s_requests;

    public static int Run()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", (RequestDelegate)Answer);
        app.StartAsync().GetAwaiter().GetResult();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        IDisposable? running = null;
        ManualResetEvent? parked = null;
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "compute":
                    var perSecond = Compute(int.Parse(words[1], CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(int.Parse(words[2], CultureInfo.InvariantCulture)));
                    Console.WriteLine(perSecond.ToString("R", CultureInfo.InvariantCulture));
                    break;
                case "on":
                    try
                    {
                        running = Start(words[1]);
                        Console.WriteLine("ok");
                    }
                    catch (InstrumentUnavailableException e)
                    {
                        Console.WriteLine(e.Message.ReplaceLineEndings(" "));
                    }
                    break;
                case "off":
                    running?.Dispose();
                    running = null;
                    Console.WriteLine("ok");
                    break;
                case "park":
                    parked = new(false);
                    Park(int.Parse(words[1], CultureInfo.InvariantCulture), parked);
                    Console.WriteLine("ok");
                    break;
                default:
                    Console.WriteLine($"what is {words[0]}?");
                    break;
            }
        }
        running?.Dispose();
        parked?.Set();
        return 0;
    }

    /// <summary>2 KB hashed, a lock, an answer of some bytes; one request in 64 has an exception that is caught.</summary>
    static async Task Answer(HttpContext context)
    {
        var number = Interlocked.Increment(ref s_requests);
        var hash = SHA256.HashData(s_page);
        lock (s_gate) s_seen[number % 256] = hash[0];
        try
        {
            if (number % 64 == 0) throw new InvalidOperationException("one in 64");
        }
        catch (InvalidOperationException)
        {
            // That is all.
        }
        await Task.Yield();
        var text = Convert.ToHexString(hash);
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text).ConfigureAwait(false);
    }

    static double Compute(int count, TimeSpan window)
    {
        long total = 0;
        var begun = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            long done = 0, x = 1;
            while (Stopwatch.GetElapsedTime(begun) < window)
            {
                for (var i = 0; i < 10_000; i++) x = x * 31 + i;
                done++;
            }
            GC.KeepAlive(x);
            Interlocked.Add(ref total, done);
        }, 256 * 1024)).ToList();
        threads.ForEach(static one => one.Start());
        threads.ForEach(static one => one.Join());
        return total / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static void Park(int count, ManualResetEvent until)
    {
        using var ready = new CountdownEvent(count);
        for (var i = 0; i < count; i++)
            new Thread(() => Deep(20, ready, until), 256 * 1024) { IsBackground = true }.Start();
        ready.Wait();
    }

    static void Deep(int depth, CountdownEvent ready, WaitHandle until)
    {
        if (depth > 0)
        {
            Deep(depth - 1, ready, until);
        }
        else
        {
            ready.Signal();
            until.WaitOne();
        }
        GC.KeepAlive(until);
    }

    static IDisposable Start(string name) => name switch
    {
        "heap" => HeapTracking.Start(SelfTarget.Instance, new() { Allocations = new() { MaximumShare = 10 } }),
        "cpu" => new Recorded(new CpuInstrument(new() { MaximumShare = 10 }), static () => CpuInstrument.IsSampling),
        "cpu-threads" => new Recorded(new CpuInstrument(new() { Backend = CpuBackend.PerfThreads, MaximumShare = 10 }), static () => CpuInstrument.IsSampling),
        "allocs" => new Recorded(new AllocationsInstrument(options: new() { MaximumShare = 10 }), null),
        "mutex" => new Recorded(new MutexProfile(), null),
        "block" => new Recorded(new WaitInstrument(), null),
        "exceptions" => new Recorded(new ExceptionInstrument(), null),
        _ => throw new InstrumentUnavailableException($"There is no {name} here."),
    };

    /// <summary>One recording, on a thread of its own until it is disposed.</summary>
    sealed class Recorded : IDisposable
    {
        static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(300), s_bound = TimeSpan.FromSeconds(20);

        readonly CancellationTokenSource _stop = new();
        readonly Task _task;

        public Recorded(IProfileRecorder instrument, Func<bool>? isUnderWay)
        {
            _task = Task.Factory.StartNew(() => instrument.Record(SelfTarget.Instance, TimeSpan.FromMinutes(5), _stop.Token), TaskCreationOptions.LongRunning);
            var begun = Stopwatch.GetTimestamp();
            while (!_task.IsCompleted && Stopwatch.GetElapsedTime(begun) is var waited && waited < s_bound && (isUnderWay is null ? waited < s_settled : !isUnderWay())) Thread.Sleep(1);
            if (_task.IsFaulted) _task.GetAwaiter().GetResult();
        }

        public void Dispose()
        {
            _stop.Cancel();
            _task.Wait();
            _stop.Dispose();
        }
    }
}

/// <summary>The measured program, seen from the one that measures.</summary>
sealed partial class Host : IDisposable
{
    readonly Process _process;

    public Host()
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [HostProcess.Argument]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Port = int.Parse(_process.StandardOutput.ReadLine() ?? throw new IOException("The measured program did not start."), CultureInfo.InvariantCulture);
    }

    public int Pid => _process.Id;

    public int Port { get; }

    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        return _process.StandardOutput.ReadLine() ?? throw new IOException("The measured program has ended.");
    }

    public double Compute(int threads, TimeSpan window) =>
        double.Parse(Ask(string.Create(CultureInfo.InvariantCulture, $"compute {threads} {(int)window.TotalMilliseconds}")), CultureInfo.InvariantCulture);

    /// <summary>Interrupts a program, as Ctrl-C does.</summary>
    public static void Interrupt(Process process) => _ = Kill(process.Id, 2);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20))) _process.Kill();
        _process.Dispose();
    }
}
