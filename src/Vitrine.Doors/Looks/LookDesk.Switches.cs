using System.Globalization;
using System.Text;
using Vitrine.Guard;

namespace Vitrine.Doors.Looks;

public sealed partial class LookDesk
{
    // Names that a caller makes up tell nobody whether there is such a switch.
    static readonly LookSubject s_unknownSwitch = LookSubject.WriteSwitch("unknown");

    readonly System.Collections.Concurrent.ConcurrentDictionary<string, LookSubject> _switchSubjects = new(StringComparer.Ordinal);

    /// <summary>Turns a switch, for who may: <c>switch:write:NAME</c>. Never throws for what a caller can bring about.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    public async Task<LookAnswer> Turn(SwitchCall call, CancellationToken gone)
    {
        ArgumentNullException.ThrowIfNull(call);
        var isKnown = Guard.Switches.IsKnown(call.Name);
        var subject = isKnown ? _switchSubjects.GetOrAdd(call.Name, static name => LookSubject.WriteSwitch(name)) : s_unknownSwitch;
        var admission = await Guard.Admit(new() { Door = call.Door, Subject = subject, Credentials = call.Credentials, How = $"on={call.On}&for={call.For}" }, gone);
        if (!admission.IsAllowed) return Refused(admission.Refusal);
        using var permit = admission.Permit;
        var answer = Turn(call, isKnown, permit);
        return permit.Complete(answer.Status == LookStatus.Ok ? LookOutcomeKind.Answered : LookOutcomeKind.Failed, answer.Bytes.Length, reason: answer.Status == LookStatus.Ok ? null : answer.Message) is { } refusal ? Refused(refusal) : answer;
    }

    LookAnswer Turn(SwitchCall call, bool isKnown, LookPermit permit)
    {
        if (ClosedBecause() is { } closed) return Failed(new(LookStatus.Forbidden, closed));
        if (call.Problem.Length > 0) return Failed(new(LookStatus.BadRequest, call.Problem));
        if (!isKnown) return Failed(new(LookStatus.NotFound, "There is no such switch: GET this page lists them."));
        if (!call.TryGetState(out var isOn)) return Failed(new(LookStatus.BadRequest, "on is 1 or 0, or left out to take back what was said before."));
        if (!call.TryGetTime(out var time)) return Failed(new(LookStatus.BadRequest, "for is a time such as 90s, 10m, 2h or 7d, at most 366d; without it the switch stays until it is turned again."));
        var until = isOn is not null && time is { } lasting ? Time.GetUtcNow() + lasting : (DateTimeOffset?)null;
        var reason = call.Reason.Length == 0 ? null : LegacyText.OneLine(call.Reason.Length <= SwitchCall.MaximumReason ? call.Reason : call.Reason[..SwitchCall.MaximumReason]);
        if (Guard.Switches.Set(call.Name, isOn, permit.Caller.Name, until, reason) is { } refusal) return Refused(refusal);
        var state = Guard.Switches.Of(call.Name);
        return new() { Status = LookStatus.Ok, Bytes = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{state.Name} is {(state.IsOn ? "on" : "off")}{(state.Until is { } end ? $" until {end:u}" : "")}\n")) };
    }
}
