using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Listening;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>A gate in this process, on ports of its own, with a client for it.</summary>
sealed class RunningGate : IAsyncDisposable
{
    readonly GateServer _gate;
    readonly StringWriter _said;

    RunningGate(GateServer gate, StringWriter said)
    {
        (_gate, _said) = (gate, said);
        Address = new Uri(gate.Addresses[0]);
        Client = NewClient();
    }

    /// <summary>Its first address.</summary>
    public Uri Address { get; }

    /// <summary>A client over HTTP/1.1 that believes every certificate.</summary>
    public HttpClient Client { get; }

    /// <summary>What the gate has said so far.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    public GateServer Server => _gate;

    /// <summary>The certificate that the last handshake of a client of <see cref="NewClient"/> showed.</summary>
    public string? SeenCertificate { get; private set; }

    /// <summary>Opens a gate as it would be opened by what was typed.</summary>
    public static Task<RunningGate> Start(GateRequest request) => Start((request with { Doors = request.Doors.Count == 0 && request.File is null ? ["127.0.0.1:0"] : request.Doors }).Options, request.File);

    public static async Task<RunningGate> Start(Func<GateOptions> read, string? file = null)
    {
        var said = new StringWriter();
        var log = new StandardErrorLog(TextWriter.Synchronized(said), LogLevel.Information, TimeProvider.System);
        return new RunningGate(await GateServer.Start(read, file, log, TimeProvider.System, default), said);
    }

    [SuppressMessage("Security", "CA5359", Justification = "The certificates are made by the test.")]
    public HttpClient NewClient(Version? version = null, string? token = null, X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, seen, _, _) =>
        {
            SeenCertificate = seen?.Subject;
            return true;
        };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        var client = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60), DefaultRequestVersion = version ?? HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>What a line gets at a Unix socket.</summary>
    public static async Task<byte[]> Line(string path, string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{line}\n"));
        using var answer = new MemoryStream();
        await new NetworkStream(socket).CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        return answer.ToArray();
    }

    /// <summary>Waits until the gate has said something.</summary>
    public async Task AwaitSaid(string text)
    {
        for (var tries = 0; !Said.Contains(text, StringComparison.Ordinal); tries++)
        {
            Assert.True(tries < 2000, $"the gate has not said '{text}': {Said}");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _gate.DisposeAsync();
    }
}
