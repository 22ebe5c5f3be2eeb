using Vitrine.Guard;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Looks;

public sealed partial class LookDesk
{
    static readonly LookSubject s_index = LookSubject.Pprof(PageName.Index);

    /// <summary>The names of the services whose index a caller may see, for somebody who may see one at least. Others learn of none.</summary>
    /// <param name="door">The door's name.</param>
    /// <param name="credentials">What the caller brought.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    /// <returns>The names in their order, and null; or why there are none.</returns>
    public async Task<(IReadOnlyList<string> Names, LookAnswer? Refusal)> ListServices(string door, Credentials credentials, CancellationToken gone)
    {
        var admission = await Guard.Admit(new() { Door = door, Service = LookRequest.AnyService, Subject = s_index, Credentials = credentials, How = "services" }, gone);
        if (!admission.IsAllowed) return ([], Refused(admission.Refusal));
        using var permit = admission.Permit;
        var closed = ClosedBecause();
        var permissions = permit.Caller.Permissions;
        string[] names = closed is null ? [.. Services.Select(static one => one.Name).Where(name => permissions.Allows(s_index.Permission, name))] : [];
        if (permit.Complete(closed is null ? LookOutcomeKind.Answered : LookOutcomeKind.Failed, 0, reason: closed) is { } refusal) return ([], Refused(refusal));
        return closed is null ? (names, null) : ([], Failed(new(LookStatus.Forbidden, closed)));
    }
}
