using System.Diagnostics.CodeAnalysis;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Agent.Gate.Pages;
using Vitrine.Doors.Looks;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Memory;
using Vitrine.Go.OffCpu;
using Vitrine.Go.Probes.Cpu;
using Vitrine.Go.Profiles;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Services;

/// <summary>A Go service behind the gate: what there is to look with, from outside or forwarded. The process may end and come back; the service stays.</summary>
sealed class GateService : IShownService, IDisposable
{
    readonly InstrumentRegistry _registry;
    readonly ProcessFinder? _finder;
    readonly TargetChoice _asked;
    readonly IReadOnlyList<string> _profiles;
    readonly TimeSpan _varsInterval;
    readonly TargetPool _pool = new();
    readonly Users _users;
    readonly MetricsPage _metrics;
    readonly CommandLinePage _commandLine;
    readonly VarsPage? _vars;

    /// <summary>A service.</summary>
    /// <param name="name">Its name, as callers ask for it.</param>
    /// <param name="choice">Which process it is.</param>
    /// <param name="client">Asks its own pages; null when it has none. The service disposes it.</param>
    /// <param name="profiles">Names of profiles that the service registered itself, beyond Go's own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="varsInterval">How often expvar's page is asked for at most; null = as usual.</param>
    public GateService(string name, TargetChoice choice, UpstreamClient? client, IReadOnlyList<string> profiles, TimeProvider time, TimeSpan? varsInterval = null)
    {
        _users = new(Release);
        Name = name;
        Client = client;
        (_asked, _profiles, _varsInterval) = (choice, profiles, varsInterval ?? UpstreamOptions.DefaultVarsInterval);
        Choice = choice.IsNone && client?.Address.ListenerHere is { } listener ? new TargetChoice { Listen = listener } : choice;
        _finder = Choice.IsNone ? null : new ProcessFinder(Choice, time);
        _registry = Registry(client, profiles);
        _metrics = new(this);
        _commandLine = new(this);
        _vars = client is null ? null : new(this, client, _varsInterval, time);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Which process it is.</summary>
    public TargetChoice Choice { get; }

    /// <summary>Asks its own pages; null when it has none.</summary>
    public UpstreamClient? Client { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<IInstrument> Instruments => _registry.All;

    /// <inheritdoc/>
    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument) => _registry.TryGet(name, out instrument);

    /// <inheritdoc/>
    public bool TryGetPage(string name, [MaybeNullWhen(false)] out IShownPage page)
    {
        page = name switch
        {
            PageName.Metrics => _metrics,
            PageName.CommandLine => _commandLine,
            PageName.Vars => _vars,
            _ => null,
        };
        return page is not null;
    }

    /// <inheritdoc/>
    ITarget IShownService.Open() => Open();

    /// <summary>The process as it is now.</summary>
    /// <exception cref="InstrumentUnavailableException">There is no process, and nothing to forward to either.</exception>
    public GateTarget Open()
    {
        var use = Use();
        try
        {
            return Open(use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Keeps what belongs to the service until it is disposed, also when other settings have taken its place meanwhile.</summary>
    /// <exception cref="InstrumentUnavailableException">They have already, and nobody used it.</exception>
    public IDisposable Use() => _users.Enter() ?? throw new InstrumentUnavailableException("The gate's settings of this service have just changed. Ask again.");

    GateTarget Open(IDisposable use)
    {
        LinuxProcess? process = null;
        try
        {
            process = _finder?.Find();
            return process is null
                ? new GateTarget(Name, null, null, "No process is named for this service, only an address to forward to.", _pool, use)
                : new GateTarget(Name, process, _pool.Take(process), "", _pool, use);
        }
        // A process that cannot be looked into is still one that can be asked.
        catch (Exception e) when (Client is not null && Services.Choice.CannotLook(e))
        {
            return new GateTarget(Name, process, null, Services.Choice.Sentence(e), _pool, use);
        }
        catch (Exception e) when (e is not InstrumentUnavailableException && Services.Choice.CannotLook(e))
        {
            throw new InstrumentUnavailableException(Services.Choice.Sentence(e));
        }
    }

    /// <summary>Whether this is the service that settings speak of.</summary>
    public bool IsFor(string name, TargetChoice choice, UpstreamAddress? address, UpstreamLimits limits, IEnumerable<string> profiles, TimeSpan varsInterval) =>
        name == Name && choice == _asked && address == Client?.Address && (Client is null || Client.Limits == limits) && profiles.SequenceEqual(_profiles) && varsInterval == _varsInterval;

    static InstrumentRegistry Registry(UpstreamClient? client, IReadOnlyList<string> profiles)
    {
        ForwardedProfile? Forwarded(IInstrument outside) => client is null ? null : new ForwardedProfile(outside.Name, outside.Description, client);
        var cpu = new CpuRecorder();
        var goroutine = new GoroutineInstrument();
        var registry = new InstrumentRegistry()
            .Add(new GateGoroutines(goroutine, Forwarded(goroutine)))
            .Add(new GateRecorder(cpu, client is null ? null : new ForwardedCpu(cpu.Description, client)))
            .Add(new GateRecorder(new OffCpuRecorder(), null))
            .Add(new GateMeasurements(new MemStatsInstrument()))
            .Add(new GateMeasurements(new SchedulerInstrument()));
        foreach (var kind in (BucketProfileKind[])[BucketProfileKind.Heap, BucketProfileKind.Allocs, BucketProfileKind.Block, BucketProfileKind.Mutex])
        {
            var outside = new BucketProfileInstrument(kind);
            registry.Add(new GateProfile(outside.Name, outside.Description, outside, Forwarded(outside)));
        }
        if (client is null)
            return registry;
        registry.Add(new GateTrace(new ForwardedTrace(client)));
        registry.Add(new GateProfile("threadcreate", "stacks that led to the creation of new threads", null, new ForwardedProfile("threadcreate", "stacks that led to the creation of new threads", client)));
        foreach (var own in profiles)
            registry.Add(new GateProfile(own, "a profile that the service registered itself", null, new ForwardedProfile(own, "a profile that the service registered itself", client)));
        return registry;
    }

    /// <summary>Nobody comes any more; what belongs to it goes with the last look that uses it.</summary>
    public void Dispose() => _users.Close();

    void Release()
    {
        Client?.Dispose();
        _pool.Dispose();
        _vars?.Dispose();
    }
}
