using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Vitrine.DotNet;
using Vitrine.DotNet.Cpu;

namespace Vitrine.DotNetBench;

/// <summary>
/// What a CPU profile costs its host, by backend: throughput of threads that compute (2 and 200 of them), and throughput and 99th percentile of requests over a socket, which switch at each message. With and
/// without in turns; the recording's beginning and end (the list of methods) are outside of the windows.
/// </summary>
static class CpuCost
{
    static readonly byte[] s_message = new byte[64];

    public static void Run(int rounds, TimeSpan window)
    {
        Console.WriteLine($"CPU profile at 99 Hz, {rounds} pairs of {window.TotalSeconds:0.#} s windows each:");
        Console.WriteLine();
        Console.WriteLine("| work | backend | loss of throughput, median (quartiles) | 99th percentile, without | with |");
        Console.WriteLine("|---|---|---:|---:|---:|");
        foreach (var backend in (CpuBackend[])[CpuBackend.PerfThreads, CpuBackend.PerfProcessors, CpuBackend.EventPipe])
        {
            Row("2 threads that compute", backend, rounds, () => Compute(2, window));
            Row("200 threads that compute", backend, rounds, () => Compute(200, window));
            Row("8 connections, 64-byte requests", backend, rounds, () => Serve(8, window));
        }
    }

    static void Row(string work, CpuBackend backend, int rounds, Func<(double PerSecond, double Percentile)> measure)
    {
        List<double> losses = [];
        List<(double Off, double On)> percentiles = [];
        _ = measure();
        for (var round = 0; round < rounds; round++)
        {
            (double PerSecond, double Percentile) off = default, on = default;
            for (var half = 0; half < 2; half++)
            {
                // Which of the two goes first changes, so that a drift of the machine cannot favour one.
                if ((half == 0) == (round % 2 == 0))
                {
                    off = measure();
                    continue;
                }
                using var cancel = new CancellationTokenSource();
                var recording = new Thread(() => new CpuInstrument(new() { Backend = backend, MaximumShare = 10 }).Record(SelfTarget.Instance, TimeSpan.FromMinutes(5), cancel.Token));
                recording.Start();
                while (!CpuInstrument.IsSampling) Thread.Sleep(1);
                on = measure();
                cancel.Cancel();
                recording.Join();
            }
            losses.Add(1 - on.PerSecond / off.PerSecond);
            percentiles.Add((off.Percentile, on.Percentile));
        }
        losses.Sort();
        var (without, with) = (Middle(percentiles.Select(static one => one.Off)), Middle(percentiles.Select(static one => one.On)));
        Console.WriteLine($"| {work} | {backend} | {losses[rounds / 2]:P1} ({losses[rounds / 4]:P1} to {losses[rounds * 3 / 4]:P1}) | {Text(without)} | {Text(with)} |");

        static string Text(double microseconds) => microseconds > 0 ? $"{microseconds:F0} µs" : "";
    }

    static double Middle(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    static (double PerSecond, double Percentile) Compute(int count, TimeSpan window)
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
        return (total / Stopwatch.GetElapsedTime(begun).TotalSeconds, 0);
    }

    /// <summary>Asynchronous request and answer over loopback, server and clients in this process: two switches and more for each.</summary>
    static (double PerSecond, double Percentile) Serve(int connections, TimeSpan window)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        List<double> times = [];
        var begun = Stopwatch.GetTimestamp();
        var all = new List<Task>();
        for (var i = 0; i < connections; i++)
        {
            all.Add(Client());
            all.Add(Server());
        }
        Task.WaitAll([.. all]);
        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        times.Sort();
        return (times.Count / elapsed, times.Count > 0 ? times[(int)(times.Count * 0.99)] : 0);

        async Task Server()
        {
            using var socket = await listener.AcceptSocketAsync().ConfigureAwait(false);
            socket.NoDelay = true;
            var buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer).ConfigureAwait(false) is > 0 and var got)
                await socket.SendAsync(buffer.AsMemory(0, got)).ConfigureAwait(false);
        }

        async Task Client()
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port).ConfigureAwait(false);
            var buffer = new byte[64];
            List<double> own = [];
            while (Stopwatch.GetElapsedTime(begun) < window)
            {
                var from = Stopwatch.GetTimestamp();
                await socket.SendAsync(s_message).ConfigureAwait(false);
                for (var got = 0; got < buffer.Length;)
                    got += await socket.ReceiveAsync(buffer.AsMemory(got)).ConfigureAwait(false) is > 0 and var more ? more : throw new IOException("The server has gone.");
                own.Add(Stopwatch.GetElapsedTime(from).TotalMicroseconds);
            }
            lock (times) times.AddRange(own);
        }
    }
}
