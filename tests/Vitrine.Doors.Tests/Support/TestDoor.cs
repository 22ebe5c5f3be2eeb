using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Guard;
using Vitrine.Instruments;

namespace Vitrine.Doors.Tests.Support;

/// <summary>An HTTP door on a real server and a port of its own, and clients for it.</summary>
sealed class TestDoor : IAsyncDisposable
{
    readonly WebApplication _app;

    TestDoor(WebApplication app, LookDesk desk)
    {
        (_app, Desk) = (app, desk);
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, MaxConnectionsPerServer = 200 }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public LookDesk Desk { get; }

    public static async Task<TestDoor> Start(HttpDoorOptions? options = null, Action<GuardOptions>? guard = null, Action<WebApplication>? routes = null, params IInstrument[] instruments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static server => server.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var desk = DeskOf(guard, instruments);
        var door = new HttpDoor(desk, options ?? new());
        door.MapProfiles(app);
        door.MapMetrics(app);
        door.MapVars(app);
        routes?.Invoke(app);
        await app.StartAsync();
        return new(app, desk);
    }

    /// <summary>A desk whose guard knows nobody but this machine.</summary>
    public static LookDesk DeskOf(Action<GuardOptions>? guard, params IInstrument[] instruments)
    {
        // Not the environment's: these tests do not depend on who runs them.
        var options = new GuardOptions { Switches = { Environment = "" } };
        guard?.Invoke(options);
        return new(new(options), [new TestShown(instruments)]);
    }

    /// <summary>Sends bytes as they are and reads until the server closes the connection.</summary>
    public async Task<string> Raw(string request)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var answer = new MemoryStream();
        await client.GetStream().CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public Task<string> RawGet(string target, params string[] headers) =>
        Raw($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Concat(headers.Select(static one => one + "\r\n"))}\r\n");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Desk.Guard.Dispose();
    }
}
