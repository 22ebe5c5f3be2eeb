using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;
using Vitrine.Guard.Switches;

namespace Vitrine.Guard;

/// <summary>
/// The one guard before every look. It says who may look at what, how long, how often and how many at once; it ends looks whose time, switch or identity has ended; and it records each decision before anything
/// of it happens. <see cref="Decide(LookRequest, in CallerResult, GuardSettings)"/> is the whole order of it.
/// </summary>
public sealed class LookGuard : IDisposable
{
    // Callers and instruments that have asked lately. A caller who is not known cannot add to it; one who is adds a name for each instrument.
    const int CallersRemembered = 16_384;
    const int AddressesRemembered = 16_384;

    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly LookPlaces _places;
    readonly SharedLooks _shared;
    readonly ActiveLooks _active = new();
    readonly RateTable<CallerKey> _callerRates;
    readonly RateTable<InstrumentKey> _instrumentRates;
    readonly RateTable<AddressKey> _addressRates;
    readonly FailedChecks _failedChecks;
    readonly AuditTrail _audit;
    readonly Lock _applying = new();
    volatile GuardSettings _settings;
    volatile bool _isOver;

    /// <summary>Makes the guard.</summary>
    /// <param name="options">What it is told. A change afterwards has no effect until <see cref="Apply"/>.</param>
    /// <param name="loggers">Where it says what it does; null = nowhere.</param>
    /// <param name="time">The clock; null = the system's.</param>
    /// <exception cref="GuardOptionsException">The options are wrong.</exception>
    public LookGuard(GuardOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time ?? TimeProvider.System;
        _log = (loggers ?? NullLoggerFactory.Instance).CreateLogger(GuardLog.Category);
        _settings = new(options, _time, _log);
        _places = new(_time);
        _shared = new(_places, _time);
        _callerRates = new(CallersRemembered, _time);
        _instrumentRates = new(CallersRemembered, _time);
        _addressRates = new(AddressesRemembered, _time);
        _failedChecks = new(AddressesRemembered, _time, () => _settings.Limits.FailedAttempts);
        _audit = new(options.Audit, _log, _time);
        Switches = new(options.Switches, _time, Record, problem => GuardLog.SwitchProblem(_log, problem), EndWhatIsSwitchedOff);
    }

    /// <summary>The switches.</summary>
    public SwitchBoard Switches { get; }

    /// <summary>Looks that have a permit now.</summary>
    public int ActiveLooks => _active.Count;

    /// <summary>Decides, and records the decision.</summary>
    /// <param name="request">The look.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    public ValueTask<Admission> Admit(LookRequest request, CancellationToken gone)
    {
        ArgumentNullException.ThrowIfNull(request);
        var settings = _settings;
        var finding = settings.Callers.Resolve(request.Credentials, _failedChecks, gone);
        return finding.IsCompletedSuccessfully ? new(Admit(request, finding.Result, settings, gone)) : Await(request, finding, settings, gone);
    }

    /// <summary>Other options from now on. Looks that run go on as they began; those of switches that are off now end.</summary>
    /// <exception cref="GuardOptionsException">The options are wrong; nothing has changed.</exception>
    public void Apply(GuardOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_applying)
        {
            var before = _settings;
            var settings = new GuardSettings(options, _time, _log, before);
            _audit.Apply(options.Audit);
            _settings = settings;
            // A token that is being checked at this moment is refused then, and holds when it is shown again.
            before.Dispose();
            Switches.Apply(options.Switches);
        }
        _audit.TryWrite(new() { Event = AuditEvent.Configured, Time = _time.GetUtcNow() });
    }

    /// <summary>The whole order of a decision. Allocates nothing, except for a look that others may share. What it takes (a place) is the caller's to give back: <see cref="GiveBack"/>.</summary>
    internal LookDecision Decide(LookRequest request, in CallerResult finding, GuardSettings settings)
    {
        var subject = request.Subject;
        var limits = settings.Limits;

        if (_isOver) return new() { Reason = RefusalReason.Faulted, PrivateReason = "the guard is closed", Place = LookDecision.NoPlace };

        // 1. Who, and from where.
        if (finding.Caller is not { } caller) return Unknown(finding, limits);
        if (caller.ValidUntil <= _time.GetUtcNow()) return LookDecision.No(caller, RefusalReason.Expired);

        // 2. May this caller look at this, at this service? Before anything that tells how it stands, or that there is such a service.
        if (!caller.Permissions.Allows(subject.Permission, request.Service)) return LookDecision.No(caller, RefusalReason.NotPermitted);
        if (request.IsRaw && !caller.Permissions.Allows(subject.RawPermission, request.Service)) return LookDecision.No(caller, RefusalReason.NotPermittedRaw);

        // 3. Is it switched on?
        if (subject.HasSwitch && !Switches.IsOn(subject.Name)) return LookDecision.No(caller, Switches.Of(SwitchBoard.All).IsOn ? RefusalReason.SwitchedOff : RefusalReason.AllSwitchedOff);

        // 4. How long?
        if (request.Duration < TimeSpan.Zero || request.Duration > limits.MaximumDuration) return LookDecision.No(caller, RefusalReason.TooLong);

        // 5. How often has this caller asked?
        if (!_callerRates.TryTake(new(caller.Kind, caller.Name, subject.Name), limits.Rate, out var retryAfter)) return LookDecision.No(caller, RefusalReason.TooOften, retryAfter);

        // 6. A place: none is needed, or one of his own, or one with others who ask the same.
        if (!subject.TakesPlace) return new() { Caller = caller, Place = LookDecision.NoPlace };
        return request.Sharing is { } how ? ShareAPlace(request, how, caller, settings) : TakeAPlace(request, caller, limits);
    }

    /// <summary>Gives back what a decision took and nobody uses.</summary>
    internal void GiveBack(in LookDecision decision)
    {
        if (decision.Shared is { } shared) shared.Leave();
        else if (decision.Place != LookDecision.NoPlace) _places.GiveBack(decision.Place);
    }

    LookDecision Unknown(in CallerResult finding, LimitSettings limits)
    {
        if (finding.NotCheckedFor is { } later) return new() { Reason = RefusalReason.TooManyAttempts, PrivateReason = finding.PrivateReason, RetryAfter = later, Place = LookDecision.NoPlace };
        var isKept = _addressRates.TryTake(AddressKey.Of(finding.Address.Client), limits.FailedAttempts, out var retryAfter);
        return new() { Reason = isKept ? RefusalReason.Unknown : RefusalReason.TooManyAttempts, Refusal = finding.Refusal, PrivateReason = finding.PrivateReason, RetryAfter = retryAfter, Place = LookDecision.NoPlace };
    }

    LookDecision ShareAPlace(LookRequest request, string how, Caller caller, GuardSettings settings)
    {
        var limits = settings.Limits;
        var key = new ShareKey(new(request.Service, request.Subject.Name), how, request.IsRaw, settings.Redactor);
        lock (_shared.Gate)
        {
            if (_shared.Join(key, limits.Sharers, out var isFull) is { } running) return new() { Caller = caller, Place = LookDecision.NoPlace, Shared = running, HasJoined = true };
            if (isFull) return LookDecision.No(caller, RefusalReason.TooManySharers);
            var decision = TakeAPlace(request, caller, limits);
            return decision.IsAllowed ? new() { Caller = caller, Place = LookDecision.NoPlace, Shared = _shared.Begin(key, decision.Place, limits.CutOff(request.Duration)) } : decision;
        }
    }

    LookDecision TakeAPlace(LookRequest request, Caller caller, LimitSettings limits)
    {
        var subject = request.Subject;
        var instrument = new InstrumentKey(request.Service, subject.Name);
        var place = _places.TryTake(instrument, limits.Looks, limits.PlacesOf(subject.Name, request.Duration), request.Duration, out var isFull, out var retryAfter);
        if (place < 0) return LookDecision.No(caller, isFull ? RefusalReason.AllPlacesTaken : RefusalReason.InstrumentTaken, retryAfter);
        // Last, so that a look that finds no place does not count as one.
        if (limits.TryGetInterval(subject.Name, out var interval) && !_instrumentRates.TryTake(instrument, interval, out retryAfter))
        {
            _places.GiveBack(place);
            return LookDecision.No(caller, RefusalReason.TooSoon, retryAfter);
        }
        return new() { Caller = caller, Place = place };
    }

    async ValueTask<Admission> Await(LookRequest request, ValueTask<CallerResult> finding, GuardSettings settings, CancellationToken gone)
    {
        try
        {
            return Admit(request, await finding.ConfigureAwait(false), settings, gone);
        }
        catch (Exception e)
        {
            // Whatever it is: nobody gets in by a fault.
            GuardLog.Faulted(_log, e);
            return Refuse(request, default, new() { Reason = RefusalReason.Faulted, PrivateReason = e.GetType().Name, Place = LookDecision.NoPlace }, settings);
        }
    }

    Admission Admit(LookRequest request, in CallerResult finding, GuardSettings settings, CancellationToken gone)
    {
        var decision = Decide(request, finding, settings);
        if (!decision.IsAllowed) return Refuse(request, finding, decision, settings);

        var permit = new LookPermit(this, request, finding, decision, settings, gone);
        _active.Add(permit);
        // A switch may have been turned in between, when this look was not yet among those that are ended.
        if (request.Subject.HasSwitch && !Switches.IsOn(request.Subject.Name))
        {
            permit.Withdraw();
            return Refuse(request, finding, LookDecision.No(decision.Caller!, RefusalReason.SwitchedOff), settings);
        }
        // What watches for a time is in the log while it does; what is there at once, when it is over.
        if (request.Duration > TimeSpan.Zero && !_audit.TryWrite(permit.Begun()))
        {
            permit.Withdraw();
            return new(RefusalWords.Of(LookDecision.No(decision.Caller!, RefusalReason.NotRecorded), request, settings.Limits));
        }
        permit.Start();
        return new(permit);
    }

    Admission Refuse(LookRequest request, in CallerResult finding, in LookDecision decision, GuardSettings settings)
    {
        var refusal = RefusalWords.Of(decision, request, settings.Limits);
        var record = Describe(AuditEvent.Refused, request, finding) with { Outcome = decision.Reason == RefusalReason.Unknown ? refusal.Kind.ToString() : decision.Reason.ToString(), Reason = decision.PrivateReason ?? refusal.Message };
        _audit.WriteRefusal(record, decision.Caller, AddressKey.Of(finding.Address.Client), settings.Refusals, settings.StrangersRefusals);
        return new(refusal);
    }

    internal AuditRecord Describe(AuditEvent what, LookRequest request, in CallerResult finding) => new()
    {
        Event = what,
        Time = _time.GetUtcNow(),
        Door = request.Door,
        Service = request.Service,
        What = request.Subject.Permission.Text,
        How = request.How,
        Who = finding.Caller?.Name,
        Kind = finding.Caller?.Kind.ToString(),
        Roles = finding.Caller?.Roles ?? [],
        From = From(request.Credentials, finding),
        Asked = request.Duration > TimeSpan.Zero ? request.Duration : null,
        IsRaw = request.IsRaw,
    };

    static string From(Credentials credentials, in CallerResult finding) => credentials.Peer is { } peer
        ? string.Create(CultureInfo.InvariantCulture, $"unix pid {peer.ProcessId} uid {peer.UserId}")
        : finding.Address.ToString();

    /// <summary>Places that are taken now.</summary>
    internal int Places => _places.Taken;

    internal GuardSettings Settings => _settings;

    internal TimeProvider Time => _time;

    internal AuditTrail Audit => _audit;

    internal void Forget(LookPermit permit) => _active.Remove(permit);

    bool Record(SwitchChange change) => _audit.TryWrite(new()
    {
        Event = AuditEvent.Switched,
        Time = _time.GetUtcNow(),
        Switch = change.After.Name,
        IsOn = change.After.IsOn,
        Who = change.After.By,
        Kind = change.After.Source.ToString(),
        Until = change.After.Until,
        Reason = change.HasExpired ? $"the word of before has ended ({change.Before.Source})" : change.After.Reason,
    });

    void EndWhatIsSwitchedOff() => _active.EndWhere(permit => permit.Subject.HasSwitch && !Switches.IsOn(permit.Subject.Name), LookEnd.SwitchedOff);

    /// <summary>Ends every look, and closes the audit log. Nothing is admitted afterwards.</summary>
    public void Dispose()
    {
        _isOver = true;
        Switches.Dispose();
        _active.EndWhere(static _ => true, LookEnd.SwitchedOff);
        _audit.Dispose();
        _settings.Dispose();
    }
}
