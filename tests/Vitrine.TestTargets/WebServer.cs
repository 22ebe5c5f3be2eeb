using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Vitrine.TestTargets;

/// <summary>What <c>samples/go/web</c> knows of one request.</summary>
public sealed record WebRecord(
    long Id, string Method, string Path, string Proto, int Status, long StartedAt, long DurationNs, long CpuNs, long WaitedNs, bool Aborted, bool Hijacked);

/// <summary>What <c>samples/go/web</c> knows of a collection that it ran.</summary>
public sealed record WebCollection(long StartedAt, long ElapsedNs, long PauseNs, long Number);

/// <summary>A running <c>samples/go/web</c>: an HTTP server that keeps its own account of every request, with a client for it.</summary>
public sealed class WebServer : IDisposable
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    readonly SampleProcess process;
    readonly HttpClient client;
    readonly string plain;
    readonly string secure;
    readonly string? unencrypted;

    public WebServer(GoFixture fixture)
    {
        process = SampleProcess.Start(fixture);
        var addresses = process.ReadyLine.Split(' ').Skip(1).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        plain = addresses["http"];
        secure = addresses["https"];
        unencrypted = addresses.GetValueOrDefault("h2c");
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // The certificate was made a moment ago by the server itself, for the name "web".
            SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=web" },
        })
        { Timeout = TimeSpan.FromSeconds(60) };
    }

    public int Pid => process.Pid;

    /// <summary>Sends a request; a connection that is dropped, as by a panic, is no failure.</summary>
    public Task Get(string path, bool http2 = false) => Send(http2 ? "https://" + secure : "http://" + plain, path, http2);

    /// <summary>Sends a request over HTTP/2 without TLS; false when the server's Go is too old for that (before 1.24).</summary>
    public async Task<bool> GetUnencryptedHttp2(string path)
    {
        if (unencrypted is null) return false;
        await Send("http://" + unencrypted, path, http2: true).ConfigureAwait(false);
        return true;
    }

    async Task Send(string address, string path, bool http2)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address + path)
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
        }
    }

    /// <summary>Sends a request over a connection of its own and reads until it is closed.</summary>
    public async Task GetRaw(string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(plain)).ConfigureAwait(false);
        using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: web\r\n\r\n")).ConfigureAwait(false);
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Every request that ended.</summary>
    public IReadOnlyList<WebRecord> Truth() => JsonSerializer.Deserialize<WebRecord[]>(process.Ask("truth"), Json)!;

    /// <summary>Every request that runs.</summary>
    public IReadOnlyList<WebRecord> Running() => JsonSerializer.Deserialize<WebRecord[]>(process.Ask("inflight"), Json)!;

    /// <summary>Waits until as many requests run.</summary>
    public void AwaitRunning(int count)
    {
        for (var tries = 0; Running().Count != count; tries++)
        {
            if (tries > 2000) throw new TimeoutException($"{Running().Count} requests run, not {count}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Runs a collection.</summary>
    public WebCollection Collect() => JsonSerializer.Deserialize<WebCollection>(process.Ask("gc"), Json)!;

    /// <summary>Stops the world twice for each time, without a collection.</summary>
    public void StopTheWorld(int times) => process.Ask(string.Create(CultureInfo.InvariantCulture, $"stop {times}"));

    public void Dispose()
    {
        client.Dispose();
        process.Dispose();
    }
}
