using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.Guard;
using Vitrine.Guard.Redaction;
using Vitrine.Instruments;
using Vitrine.Pprof.Wire;

namespace Vitrine.Doors.Looks;

/// <summary>Where every door brings what it is asked: guard, look, redaction, record, in this order, once for all doors.</summary>
public sealed partial class LookDesk
{
    // How long a look may take to end when it was told to: a recording still has to name its methods. A look that does not end keeps its place, and its caller is told.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    readonly ConcurrentDictionary<string, LookSubject> _subjects = new(StringComparer.Ordinal);
    readonly InstrumentLooks _looks = new();
    readonly RedactedCommandLines _commandLines = new();
    readonly LookThreads _threads;

    /// <param name="guard">Decides.</param>
    /// <param name="services">What is shown; names differ.</param>
    public LookDesk(LookGuard guard, IReadOnlyList<IShownService> services)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(services);
        (Guard, Services, _threads) = (guard, services, new(thread => StartThread(thread)));
        guard.Switches.Know([.. PageName.WithSwitch, .. services.SelectMany(static one => one.Instruments).Select(static one => one.Name)]);
    }

    /// <summary>The guard that decides.</summary>
    public LookGuard Guard { get; }

    /// <summary>What is shown.</summary>
    public IReadOnlyList<IShownService> Services { get; }

    /// <summary>Cancelled when the program ends: recordings end in order, and their callers get what was seen until then.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Where failures go that nobody expected.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Why the program shows nothing now, by a setting of its own, as a sentence; null = it shows. Told to who was let in, so that others do not learn of it.</summary>
    public Func<string?> ClosedBecause { get; init; } = static () => null;

    // For tests: a machine without threads is hard to come by.
    internal Action<Thread> StartThread { get; init; } = static thread => thread.UnsafeStart();

    /// <summary>For the patience with looks that do not end.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Answers a look. Never throws for what a caller can bring about.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    public async Task<LookAnswer> Take(LookCall call, CancellationToken gone)
    {
        ArgumentNullException.ThrowIfNull(call);
        // 1. What does it mean? Nothing of that is told yet: who is not let in does not learn what there is.
        var service = Find(call.Service);
        var asked = Asked.Of(call, service, SubjectOf);

        // 2. The guard.
        var admission = await Guard.Admit(new()
        {
            Door = call.Door, Service = service?.Name ?? LookRequest.NoService, Subject = asked.Subject, Duration = call.IsHeadOnly ? default : asked.Plan.Duration, Credentials = call.Credentials,
            IsRaw = call.Query.IsRaw, How = call.Query.ToString(), Sharing = asked.CanBeShared(call) ? $"{asked.Name} {call.Query}" : null,
        }, gone);
        if (!admission.IsAllowed) return Refused(admission.Refusal);
        var permit = admission.Permit;

        // 3. The look and its redaction, on a thread of its own; one for all who ask the same at the same time. Those who wait for it go on elsewhere, after one hop: the look's thread tells all sharers.
        var look = asked.CanBeShared(call)
            ? permit.Share(end => _threads.Run(() => Look(asked, call, permit, isShared: true, end)))
            : _threads.Run(() => Look(asked, call, permit, isShared: false, permit.End), TaskCreationOptions.RunContinuationsAsynchronously);
        if (!await HasEnded(look, permit.End))
        {
            _ = look.ContinueWith(one => Abandon(one, permit), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return permit.Complete(LookOutcomeKind.Failed, 0, reason: "it did not end when it was told to") is { } unrecorded ? Refused(unrecorded) : Failed(new(LookStatus.Failed, "The look was told to end, and did not in time."));
        }
        var answer = await AnswerOf(look, permit);

        // 4. The record, and only then the answer.
        if (permit.Complete(OutcomeOf(answer, gone), answer.File?.Length ?? answer.Bytes.Length, answer.Redactions, reason: answer.Message.Length > 0 ? answer.Message : null) is not { } refusal) return answer with { Place = permit };
        answer.Dispose();
        permit.Dispose();
        return Refused(refusal);
    }

    async Task<LookAnswer> AnswerOf(Task<LookAnswer> look, LookPermit permit)
    {
        LookAnswer answer;
        try
        {
            answer = await look;
        }
        catch (OperationCanceledException)
        {
            // A look that is shared has a clock of its own, which may be the first: then this caller's end has not come yet.
            answer = Failed(permit.EndedBecause == LookEnd.CutOff || !(permit.End.IsCancellationRequested || Stopping.IsCancellationRequested)
                ? new(LookStatus.Failed, "The look took longer than looks may, and was ended; what it has is not whole.")
                : new(LookStatus.Unavailable, "The look was ended, because the program ends or the caller has gone."));
        }
        catch (LookFaultException e)
        {
            answer = Failed(e.Fault);
        }
        catch (Exception e)
        {
            // What a look says of its failure is redacted outside its own protection; whatever goes wrong there, the place is given back and the caller told.
            LogFailed(Logger, e, permit.Id);
            answer = Failed(Unexpected);
        }
        // What a look has seen belongs to who was permitted to see it; when that right ends, so does the answer. A look that only took too long gives what it has.
        LookFault? withdrawn = permit.EndedBecause switch
        {
            LookEnd.SwitchedOff => new(LookStatus.Forbidden, "The instrument was switched off while it looked."),
            LookEnd.Expired => new(LookStatus.Unauthenticated, "The caller's token or certificate has expired during the look."),
            _ => null,
        };
        if (withdrawn is null) return answer;
        answer.Dispose();
        return Failed(withdrawn);
    }

    /// <summary>A service by its name; empty = the only one.</summary>
    public IShownService? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0) return Services is [var only] ? only : null;
        foreach (var service in Services)
        {
            if (service.Name == name) return service;
        }
        return null;
    }

    // Only for instruments that there are, so that it stays small.
    LookSubject SubjectOf(string instrument) => _subjects.GetOrAdd(instrument, static name => LookSubject.Pprof(name));

    async Task<bool> HasEnded(Task look, CancellationToken end)
    {
        await look.WaitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!look.IsCompleted) await look.WaitAsync(s_patience, Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return look.IsCompleted;
    }

    static void Abandon(Task<LookAnswer> look, LookPermit permit)
    {
        if (look.IsCompletedSuccessfully) look.Result.Dispose();
        permit.Dispose();
    }

    static LookOutcomeKind OutcomeOf(LookAnswer answer, CancellationToken gone) => gone.IsCancellationRequested ? LookOutcomeKind.Abandoned
        : answer.Status != LookStatus.Ok ? LookOutcomeKind.Failed
        : answer.Note.Length > 0 ? LookOutcomeKind.EndedEarly
        : LookOutcomeKind.Answered;

    // Runs on the look's own thread; nothing that goes wrong there may end the service.
    LookAnswer Look(Asked asked, LookCall call, LookPermit permit, bool isShared, CancellationToken end)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end, Stopping);
        LookResult? result = null;
        try
        {
            if (!permit.IsRaw && !call.IsHeadOnly && asked.Instrument is IFileRecorder { MediaType: var type } && asked.Plan.Fault is null && !ResultRedaction.CanRedact(permit.Redactor, type))
                throw new LookFaultException(LookStatus.Forbidden, $"{asked.Name} is a format from which secrets cannot be taken out: ask with raw=1, for which the permission {asked.Subject.RawPermission.Text} is needed.");
            result = Take(asked, call, permit, stop.Token);
            var counts = RedactionCounts.None.ByRule;
            if (result.IsRedacted && !permit.IsRaw && !call.IsHeadOnly)
            {
                var redacted = ResultRedaction.Redact(permit.Redactor, result, _commandLines, out counts);
                if (redacted.File is null) result.Dispose();
                result = redacted;
            }
            var note = isShared || call.IsHeadOnly || asked.Plan.Duration == TimeSpan.Zero ? "" : NoteOn(permit);
            var answer = Write(result, asked.Name, note, permit.MaximumBytes) with { Redactions = counts };
            result = null;   // its file is the answer's now
            return answer;
        }
        catch (LookFaultException e)
        {
            return Failed(e.Fault with { Message = Said(permit, e.Fault.Message) });
        }
        catch (ServiceFailedException e)
        {
            return new() { Status = LookStatus.Unavailable, Message = Said(permit, e.Message), IsServiceGone = true, IsTooLate = e.IsTooLate };
        }
        catch (InstrumentUnavailableException e)
        {
            return asked.Instrument is null
                ? new() { Status = LookStatus.Unavailable, Message = Said(permit, WithAdvice(e)), IsServiceGone = true }
                : Failed(new(LookStatus.Failed, $"Could not enable {(asked.Name == "profile" ? "CPU profiling" : asked.Name)}: {Said(permit, WithAdvice(e))}{WayOut(asked, call)}"));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(Logger, e, asked.Name);
            return Failed(Unexpected);
        }
        finally
        {
            result?.Dispose();
        }
    }

    LookResult Take(Asked asked, LookCall call, LookPermit permit, CancellationToken stop)
    {
        if (ClosedBecause() is { } closed) throw new LookFaultException(LookStatus.Forbidden, closed);
        // Whichever service is named with them: they are the guard's, and say nothing of which services there are.
        if (asked.Name == PageName.Switches) return SwitchesPage.Of(Guard.Switches, call.Accept);
        if (asked.Service is not { } service) throw new LookFaultException(LookStatus.NotFound, "Unknown service");
        if (asked.Page is { } page)
        {
            if (call.IsHeadOnly) return new(page.MediaType(call.Accept), null);
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            var source = page.Write(output, call.Accept, stop);
            return new(page.MediaType(call.Accept), null) { Bytes = output.WrittenMemory, Source = source, IsRedacted = page.IsRedacted, Form = asked.Name == PageName.CommandLine ? ResultForm.CommandLine : ResultForm.Plain };
        }
        switch (asked.Name)
        {
            case PageName.Index:
                var entries = IndexPage.Entries(service, permit.Caller.Permissions, SubjectOf, Guard.Switches, message => Said(permit, message));
                return call.Accept == IndexJson.MediaType
                    ? new(IndexJson.MediaType, null) { Bytes = IndexJson.Write(entries) }
                    : new("text/html; charset=utf-8", null) { Bytes = Encoding.UTF8.GetBytes(IndexPage.Of(entries)) };
            case PageName.Symbol:
                // None: profiles from here carry their names, and an address of compiled code means nothing a moment later.
                return new(LookResult.PlainText, null) { Bytes = "num_symbols: 0\n"u8.ToArray() };
        }
        if (asked.Instrument is null) throw new LookFaultException(LookStatus.NotFound, asked.Name is "profile" or "trace" ? $"Unknown profile: nothing here records {asked.Name}" : "Unknown profile");
        return call.IsHeadOnly ? new(LookResult.Binary, null) : _looks.Take(asked.Plan, asked, call.Query, permit.MaximumBytes, stop) with { IsRedacted = true };
    }

    static LookAnswer Write(LookResult result, string name, string note, long maximumBytes)
    {
        var answer = new LookAnswer { Status = LookStatus.Ok, ContentType = result.ContentType, FileName = result.FileName, Note = note, Source = result.Source, File = result.File, Bytes = result.Bytes };
        if (result.Profile is { } profile)
        {
            if (note.Length > 0) profile = profile.WithComments([.. profile.Comments, note]);
            using var bytes = new MemoryStream();
            var output = new BoundedStream(bytes, maximumBytes);
            if (result.ContentType == LookResult.Binary) ProfileWriter.Write(profile, output);
            else
            {
                using var text = new StreamWriter(output);
                LegacyText.Write(name, profile, text);
            }
            answer = answer with { Bytes = bytes.GetBuffer().AsMemory(0, (int)bytes.Length) };
        }
        if (result.Form == ResultForm.Figures) answer = answer with { Bytes = MeasurementText.Text(result.Bytes, maximumBytes) };
        if (answer.Bytes.Length > maximumBytes) throw BoundedStream.TooLarge(maximumBytes);
        return answer;
    }

    string NoteOn(LookPermit permit) => permit.EndedBecause == LookEnd.CutOff ? "The look was ended early, because looks may not take longer: it covers less than was asked for."
        : Stopping.IsCancellationRequested ? "The look was ended early, because the program ends: it covers less than was asked for."
        : "";

    // What instruments and services say of their failures names files, processes and people. It is redacted as an answer would be.
    static string Said(LookPermit permit, string message) => permit.IsRaw ? message : ResultRedaction.Text(permit.Redactor, message);

    static string WithAdvice(InstrumentUnavailableException e) => e.Advice.Length > 0 ? $"{e.Message} {e.Advice}" : e.Message;

    static string WayOut(Asked asked, LookCall call) => asked.Instrument is IProfileRecorder && !call.Query.HasSeconds
        ? asked.Service!.WayToGrow(asked.Instrument) is { Length: > 0 } way ? $" Here: ask with ?seconds=10, or {way} for looks without it." : " Here: ask with ?seconds=10."
        : "";

    static LookFault Unexpected => new(LookStatus.Failed, "The look failed for a reason that nobody expected; the program's log has it.");

    static LookAnswer Failed(LookFault fault) => new() { Status = fault.Status, Message = fault.Message, IsServiceGone = fault.IsServiceGone };

    internal static LookAnswer Refused(Refusal refusal) => new() { Status = StatusOf(refusal.Kind), Message = refusal.Message, RetryAfter = refusal.RetryAfter };

    static LookStatus StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Unauthenticated => LookStatus.Unauthenticated,
        RefusalKind.Forbidden or RefusalKind.SwitchedOff => LookStatus.Forbidden,
        RefusalKind.TooMany => LookStatus.TooMany,
        RefusalKind.TooLong => LookStatus.BadRequest,
        RefusalKind.Unavailable => LookStatus.Unavailable,
        _ => throw new UnreachableException(),
    };

    [LoggerMessage(31, LogLevel.Error, "A look at {Name} failed in a way that nobody expected.")]
    static partial void LogFailed(ILogger logger, Exception exception, string name);
}
