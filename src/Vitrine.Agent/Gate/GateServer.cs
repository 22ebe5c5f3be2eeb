using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Agent.Gate.Listening;
using Vitrine.Agent.Gate.Services;
using Vitrine.Doors.Grpc;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Unix;
using Vitrine.Guard;

namespace Vitrine.Agent.Gate;

/// <summary>
/// The gate: one guard, one desk, and the doors before them. What can change while it runs – services, guard, paths, certificates – is exchanged as a whole, so that connections and looks under way go on as they began.
/// </summary>
sealed class GateServer : IAsyncDisposable
{
    static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    readonly Func<GateOptions> _read;
    readonly StandardErrorLog _log;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _stopping = new();
    readonly SemaphoreSlim _changing = new(1);
    readonly List<CertificateFiles?> _certificates = [];
    readonly LookGuard _guard;
    readonly LiveServices _services;
    readonly LookDesk _desk;
    readonly WebApplication _server;
    readonly LivePages _pages = new(), _socketPages = new();
    GateOptions _options;
    RequestDelegate? _answer;
    UnixDoor? _socket;
    PosixSignalRegistration? _hangup;
    Task _watching = Task.CompletedTask;

    GateServer(GateOptions options, Func<GateOptions> read, StandardErrorLog log, TimeProvider time)
    {
        // 1. The guard, and what it guards.
        (_options, _read, _log, _time) = (options, read, log, time);
        _guard = new LookGuard(options.Guard, log, time);
        _services = new LiveServices(Services(options, []));
        _desk = new LookDesk(_guard, _services) { Stopping = _stopping.Token, Logger = log, Time = time };

        // 2. The doors over the network.
        foreach (var listener in options.Listeners)
            _certificates.Add(listener.Certificate is { } file ? new CertificateFiles(file, listener.Key, log.Say) : null);
        // Nothing comes in before the start, when the pages are there.
        _server = GateListeners.Build(options.Listeners, _certificates, () => _options.Guard.Identity.Certificates is not null, context => _answer!(context));
        (_pages.Now, _socketPages.Now) = (Pages(options, "gate"), Pages(options, "unix"));
        _answer = _pages.Build(_server.Services);
    }

    /// <summary>Where it is open: addresses with their ports, and the path of the socket.</summary>
    public IReadOnlyList<string> Addresses => [.. GateListeners.AddressesOf(_server), .. _options.Socket is { } socket ? [$"unix:{socket.Path}"] : (IEnumerable<string>)[]];

    /// <summary>What is guarded.</summary>
    public IReadOnlyList<GateService> Shown => _services.Now;

    /// <summary>Looks under way.</summary>
    public int ActiveLooks => _guard.ActiveLooks;

    /// <summary>Opens the gate.</summary>
    /// <param name="read">Reads the settings, at the start and whenever they may have changed.</param>
    /// <param name="file">The file that is watched for changes; null when there is none.</param>
    /// <param name="log">Where it says what happens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GateSettingsException">The settings are wrong.</exception>
    /// <exception cref="GuardOptionsException">Those of the guard are.</exception>
    /// <exception cref="IOException">An address is taken, a certificate or a socket cannot be used.</exception>
    public static async Task<GateServer> Start(Func<GateOptions> read, string? file, StandardErrorLog log, TimeProvider time, CancellationToken cancellation)
    {
        var gate = new GateServer(read(), read, log, time);
        try
        {
            await gate._server.StartAsync(cancellation).ConfigureAwait(false);
            if (gate._options.Socket is { } socket)
                gate._socket = await UnixDoor.Start(gate._desk, new() { Path = socket.Path, Mode = GateSettings.ModeOf(socket.Mode)!.Value, Group = socket.Group, Http = gate._socketPages.Build(gate._server.Services) }, cancellation).ConfigureAwait(false);
            gate._hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                _ = gate.Reload(isAsked: true);
            });
            gate._watching = gate.Watch(file);
            return gate;
        }
        catch
        {
            await gate.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads settings and certificates again. What is wrong is said, and changes nothing.</summary>
    /// <param name="isAsked">Whether somebody asked for it: then certificates are read whether or not they seem to have changed.</param>
    public async Task Reload(bool isAsked)
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach (var certificate in _certificates)
                certificate?.Refresh(always: isAsked);
            Apply(_read());
            _log.Say("settings read again");
        }
        catch (Exception e) when (e is GateSettingsException or GuardOptionsException)
        {
            _log.Say($"{e.Message.ReplaceLineEndings(" ")} Those of before stay in force.");
        }
        // Whatever it is: settings that nobody foresaw must not end the watch over the next ones and over certificates.
        catch (Exception e)
        {
            _log.Say($"The gate's settings could not be taken, for a reason that nobody expected ({e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}). Those of before stay in force.");
        }
        finally
        {
            _changing.Release();
        }
    }

    void Apply(GateOptions options)
    {
        // 1. Everything that can go wrong, before anything is exchanged.
        var before = _services.Now;
        var services = Services(options, before);
        IReadOnlyList<Endpoint> pages, socketPages;
        try
        {
            (pages, socketPages) = (Pages(options, "gate"), Pages(options, "unix"));
            _guard.Apply(options.Guard);
        }
        catch
        {
            foreach (var unused in services.Except(before))
                unused.Dispose();
            throw;
        }

        // 2. The exchange.
        _guard.Switches.Know([.. services.SelectMany(static one => one.Instruments).Select(static one => one.Name)]);
        _services.Now = services;
        _pages.Now = pages;
        _socketPages.Now = socketPages;
        if (!options.Listeners.Select(Text).SequenceEqual(_options.Listeners.Select(Text)) || options.Socket?.Path != _options.Socket?.Path)
            _log.Say("Listeners and Socket are taken at the start only: what changed there needs a restart");
        _options = options;
        foreach (var gone in before.Except(services))
            gone.Dispose();
    }

    static string Text(ListenerOptions listener) => $"{listener.Address} {listener.Certificate} {listener.Key}";

    /// <summary>The services of the settings; those that did not change stay, with what they have learned.</summary>
    List<GateService> Services(GateOptions options, IReadOnlyList<GateService> before)
    {
        var limits = UpstreamLimits.For(options.Guard.Limits.MaximumBytes);
        var services = new List<GateService>();
        foreach (var (name, upstream) in options.Upstreams.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var address = upstream.Forward is { } forward ? UpstreamAddress.Parse(forward, upstream.AllowOtherMachines) : null;
            services.Add(before.FirstOrDefault(one => one.IsFor(name, upstream.Choice, address, limits, upstream.Profiles, upstream.VarsInterval))
                ?? new GateService(name, upstream.Choice, address is null ? null : new UpstreamClient(address, limits), [.. upstream.Profiles], _time, upstream.VarsInterval));
        }
        return services;
    }

    /// <summary>The pages: each service below its name, and the only one without it.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="name">The door's name in the audit log.</param>
    List<Endpoint> Pages(GateOptions options, string name) => LivePages.Of(_server.Services, endpoints =>
    {
        foreach (var isBelowServices in options.Upstreams.Count == 1 ? (bool[])[false, true] : [true])
        {
            var door = new HttpDoor(_desk, new()
            {
                Name = name,
                Service = isBelowServices ? "" : options.Upstreams.Keys.Single(),
                IsBelowServices = isBelowServices,
                Prefix = options.Prefix,
                MetricsPath = options.MetricsAt,
                VarsPath = options.VarsAt,
            });
            door.MapProfiles(endpoints);
            door.MapMetrics(endpoints);
            door.MapVars(endpoints);
        }
        if (options.Grpc)
            new GrpcDoor(_desk, new()).Map(endpoints);
    });

    async Task Watch(string? file)
    {
        var before = Content(file);
        using var timer = new PeriodicTimer(s_poll, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                var now = Content(file);
                if (!now.AsSpan().SequenceEqual(before))
                    await Reload(isAsked: false).ConfigureAwait(false);
                else
                    foreach (var certificate in _certificates)
                        certificate?.Refresh();
                before = now;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Not when it was written: behind a link, where configuration is often exchanged, that says nothing.
    static byte[] Content(string? file)
    {
        try
        {
            return file is null ? [] : GateFile.Bytes(file);
        }
        catch (Exception)
        {
            return [];
        }
    }

    /// <summary>Closes the gate: looks under way end in order.</summary>
    public async ValueTask DisposeAsync()
    {
        _hangup?.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_socket is not null)
            await _socket.DisposeAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _server.StopAsync(patience.Token).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _guard.Dispose();
        foreach (var service in _services.Now)
            service.Dispose();
        _stopping.Dispose();
        _changing.Dispose();
    }
}
