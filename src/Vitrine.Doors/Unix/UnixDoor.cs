using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Peers;

namespace Vitrine.Doors.Unix;

/// <summary>
/// A door in the file system: <c>curl --unix-socket PATH http://x/debug/pprof/heap</c>, or <c>echo heap | nc -U PATH</c>. Who comes is known by the kernel's word. It has a server of its own, with nothing on it but this, so a program
/// without HTTP can have one, and what a service has on its other addresses is not reached through it.
/// </summary>
public sealed class UnixDoor : IAsyncDisposable
{
    readonly WebApplication _server;

    UnixDoor(WebApplication server) => _server = server;

    /// <summary>Opens the door.</summary>
    /// <param name="desk">Answers.</param>
    /// <param name="options">Where.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The socket cannot be made safely; the message says why and what to do.</exception>
    public static async Task<UnixDoor> Start(LookDesk desk, UnixDoorOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(options);
        if (!OperatingSystem.IsLinux()) throw new IOException("The Unix socket door needs Linux, whose kernel says who connects.");
        UnixSocketFile.Check(options.Path);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => OperatingSystem.IsLinux() ? UnixSocketFile.Bind(options) : throw new PlatformNotSupportedException());
        var lines = new LineDoor(desk, options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaximumConnections;
            kestrel.Limits.RequestHeadersTimeout = options.FirstLineTime;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.ListenUnixSocket(options.Path, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection =>
                {
                    if (connection.Features.Get<IConnectionSocketFeature>() is { Socket: { } socket } && UnixPeer.Of(socket) is { } peer) connection.Features.Set(peer);
                    return lines.Serve(connection, next);
                });
            });
        });
        var server = builder.Build();
        try
        {
            if (options.Http is { } answer) server.Run(answer);
            else MapAll(server, desk, options);
            await server.StartAsync(cancellation);
            return new(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    static void MapAll(WebApplication server, LookDesk desk, UnixDoorOptions options)
    {
        server.UseRouting();
        if (desk.Services.Count == 1) Map(server, desk, options, isBelowServices: false);
        Map(server, desk, options, isBelowServices: true);
        server.UseEndpoints(static _ => { });
    }

    // As at a gate: each service below its name, and the only one without it.
    static void Map(WebApplication server, LookDesk desk, UnixDoorOptions options, bool isBelowServices)
    {
        var http = new HttpDoor(desk, new()
        {
            Name = "unix",
            IsBelowServices = isBelowServices,
            Prefix = options.Prefix,
            MetricsPath = options.MetricsPath,
            VarsPath = options.VarsPath,
            SendTime = options.SendTime,
        });
        http.MapProfiles(server);
        http.MapMetrics(server);
        http.MapVars(server);
    }

    /// <summary>Closes it; the socket's file is gone then. Looks under way end with the desk's <see cref="LookDesk.Stopping"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}
