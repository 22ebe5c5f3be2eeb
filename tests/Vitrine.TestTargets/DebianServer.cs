using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Vitrine.TestTargets;

/// <summary>A Go server that nobody here wrote, as Debian builds and strips it (<c>eng/debian-servers</c>), running on loopback ports of its own.</summary>
public sealed class DebianServer : IDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    readonly Process process;
    readonly string folder;

    DebianServer(string name, Process process, string folder, int port)
    {
        Name = name;
        Port = port;
        this.process = process;
        this.folder = folder;
        // Read and dropped: a full pipe would stop the server.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Every server, by its Debian package.</summary>
    public static IReadOnlyList<string> Names { get; } = ["prometheus", "etcd-server", "prometheus-node-exporter"];

    /// <summary>A later Prometheus, which exposes all of runtime/metrics about itself.</summary>
    public const string PrometheusWithRuntimeMetrics = "prometheus-trixie";

    /// <summary>The servers as theory data.</summary>
    public static TheoryData<string> All() => new(Names);

    public string Name { get; }

    public int Pid => process.Id;

    /// <summary>The loopback port that serves HTTP.</summary>
    public int Port { get; }

    /// <summary>Where the server answers, such as <c>http://127.0.0.1:40123</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Starts a server and waits until it accepts connections. Skips the test when it was not fetched: the short run does not fetch them, and such a test is marked <see cref="FullRunOnlyAttribute"/>.</summary>
    public static DebianServer Start(string name)
    {
        var program = ProgramOf(name);
        if (!File.Exists(program)) Prerequisite.Missing($"{name} is missing: run eng/debian-servers");

        var folder = Directory.CreateTempSubdirectory("vitrine-server-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in ArgumentsOf(name, folder, port)) start.ArgumentList.Add(argument);
        var server = new DebianServer(name, Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}"), folder, port);
        try
        {
            server.AwaitListening();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The server's own account of its goroutines, in the layout of <c>debug=2</c>.</summary>
    public string Stacks() => System.Text.Encoding.UTF8.GetString(Get("/debug/pprof/goroutine?debug=2"));

    /// <summary>A profile as the server itself writes it (gzip): <c>heap</c>, <c>allocs</c>, <c>block</c>, <c>mutex</c>, <c>goroutine</c>.</summary>
    public byte[] Profile(string name) => Get($"/debug/pprof/{name}");

    /// <summary>
    /// The server's own <c>runtime.ReadMemStats</c>, by field name, as its heap profile in text form ends with it. The metrics it exposes to
    /// Prometheus would not do: they come from runtime/metrics, which leaves out what the Ps have not accounted for.
    /// </summary>
    public IReadOnlyDictionary<string, double> MemStats()
    {
        var fields = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in System.Text.Encoding.UTF8.GetString(Get("/debug/pprof/heap?debug=1")).Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["#", var name, "=", ..] && double.TryParse(words[3], CultureInfo.InvariantCulture, out var value)) fields[name] = value;
            if (words is ["#", var pair, "=", _, "/", var total] && double.TryParse(total, CultureInfo.InvariantCulture, out var sys)) fields[pair + "Sys"] = sys;
        }
        return fields;
    }

    /// <summary>Makes the server work: it answers so many requests for its metrics.</summary>
    public void Work(int requests)
    {
        for (var i = 0; i < requests; i++) Get("/metrics");
    }

    /// <summary>What the server exposes to Prometheus.</summary>
    public string Metrics() => System.Text.Encoding.UTF8.GetString(Get("/metrics"));

    byte[] Get(string path)
    {
        using var client = new HttpClient { Timeout = StartLimit };
        using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path)));
        answer.EnsureSuccessStatusCode();
        using var content = new MemoryStream();
        answer.Content.ReadAsStream().CopyTo(content);
        return content.ToArray();
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit(EndLimit);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Path of the server's program in the cache; it need not be there.</summary>
    public static string ProgramOf(string name) =>
        Path.Combine(Checkout.Cache, "servers", name, "usr", "bin", name switch
        {
            "etcd-server" => "etcd",
            PrometheusWithRuntimeMetrics => "prometheus",
            _ => name,
        });

    static string[] ArgumentsOf(string name, string folder, int port)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        switch (name)
        {
            case "prometheus" or PrometheusWithRuntimeMetrics:
                var settings = Path.Combine(folder, "prometheus.yml");
                // It scrapes itself, so that there is some life in it.
                File.WriteAllText(settings, $"scrape_configs:\n- job_name: self\n  scrape_interval: 1s\n  static_configs:\n  - targets: ['{address}']\n");
                return [$"--config.file={settings}", $"--storage.tsdb.path={folder}/data", $"--web.listen-address={address}"];
            case "etcd-server":
                return ["--data-dir", $"{folder}/data", "--enable-pprof", "--listen-client-urls", $"http://{address}", "--advertise-client-urls", $"http://{address}",
                    "--listen-peer-urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}")];
            case "prometheus-node-exporter":
                return [$"--web.listen-address={address}"];
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "no such server");
        }
    }

    void AwaitListening()
    {
        var waited = Stopwatch.StartNew();
        while (!IsListening())
        {
            if (process.HasExited) throw new InvalidOperationException($"{Name} ended with {process.ExitCode}");
            if (waited.Elapsed > StartLimit) throw new TimeoutException($"{Name} does not listen on {Port} after {StartLimit}");
            Thread.Sleep(50);
        }
    }

    bool IsListening() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(end => end.Port == Port);

    // Another process may take the port before the server does; then the server ends and the test says so.
    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
