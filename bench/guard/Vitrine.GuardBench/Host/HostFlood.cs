using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;

namespace Vitrine.GuardBench.Host;

/// <summary>Many connections that ask once a second for looks that they do not get, between the lines "on" and "off" of its standard input. A process of its own: its work is not the service's. After each "off" it says what it was answered.</summary>
static class HostFlood
{
    public const int Connections = 1000;

    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    static volatile bool s_isOn;

    static readonly ConcurrentDictionary<int, int> s_answers = [];

    static readonly ConcurrentDictionary<int, byte> s_open = [];

    /// <param name="address">The service.</param>
    /// <param name="authorization">Credentials that are known, and not permitted or asking too often.</param>
    public static void Run(Uri address, string authorization)
    {
        // A third each: nobody known (401), not permitted (403), too often (429).
        string[] requests =
        [
            Request.Of("/debug/pprof/heap", ""),
            Request.Of("/debug/pprof/trace?seconds=1", authorization),
            Request.Of("/debug/pprof/", authorization),
        ];
        for (var i = 0; i < Connections; i++) _ = Ask(i, address, requests[i % requests.Length]);
        while (Console.ReadLine() is { } line)
        {
            s_isOn = line == "on";
            while (s_isOn ? s_open.Count < Connections : !s_open.IsEmpty) Thread.Sleep(10);
            Console.WriteLine(string.Join(", ", s_answers.OrderBy(static one => one.Key).Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Value} × {one.Key}"))));
            s_answers.Clear();
        }
    }

    static async Task Ask(int number, Uri address, string request)
    {
        var buffer = new byte[16384];
        while (true)
        {
            while (!s_isOn) await Task.Delay(20);
            try
            {
                using var client = new TcpClient { NoDelay = true };
                await client.ConnectAsync(address.Host, address.Port);
                s_open[number] = 0;
                // Not all at the same moment.
                await Task.Delay(number % 1000);
                while (s_isOn)
                {
                    var status = await Request.Send(client.GetStream(), request, buffer);
                    s_answers.AddOrUpdate(status, 1, static (_, count) => count + 1);
                    await Task.Delay(s_pause);
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                s_answers.AddOrUpdate(0, 1, static (_, count) => count + 1);
                await Task.Delay(s_pause);
            }
            s_open.TryRemove(number, out _);
        }
    }
}
