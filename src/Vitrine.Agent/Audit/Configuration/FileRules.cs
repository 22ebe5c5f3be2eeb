using Vitrine.Linux.Native;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>VA063 and VA064: who may change what the guard goes by, and who may read its keys.</summary>
static class FileRules
{
    public static IEnumerable<AuditFinding> Of(AuditedConfiguration configuration)
    {
        var guard = configuration.Guard;
        foreach (var (path, what) in (IEnumerable<(string?, string)>)[(guard.Switches.File, "Switches:File"), .. (guard.Identity.Jwt?.KeyFiles ?? []).Select(static file => ((string?)file, "Identity:Jwt:KeyFiles")),
            .. (guard.Identity.Certificates?.AuthorityFiles ?? []).Select(static file => ((string?)file, "Identity:Certificates:AuthorityFiles"))])
        {
            foreach (var finding in path is { Length: > 0 } ? Changeable(path, configuration.Path, what) : [])
                yield return finding;
        }
        if (guard.Switches.KillFile is { Length: > 0 } kill && Path.GetDirectoryName(Path.GetFullPath(kill)) is { } folder && FileStatus.TryOf(folder) is { OthersMayWrite: true } status)
        {
            yield return new AuditFinding(AuditRules.WritableByOthers, Severity.Low, AuditSubject.OfFile(kill), "every user may stop all looks by making the kill file",
                [new("Switches:KillFile is in a folder that everybody may write to", configuration.Path), Mode(folder, status)], ["let it be in a folder of the guard's own"]);
        }
        foreach (var (path, what) in (IEnumerable<(string?, string)>)[(guard.Identity.Jwt?.SymmetricKeyFile, "Identity:Jwt:SymmetricKeyFile"), (guard.Audit.KeyFile, "Audit:KeyFile"), (guard.Redaction.KeyFile, "Redaction:KeyFile"),
            .. configuration.Listeners.Select(static one => (one.KeyFile, one.Key + ":Key"))])
        {
            if (path is not { Length: > 0 } || FileStatus.TryOf(path) is not { } rights)
                continue;
            if (rights.OthersMayRead || rights.OthersMayWrite || rights.GroupMayRead || rights.GroupMayWrite)
            {
                yield return new AuditFinding(AuditRules.KeyReadable, rights.OthersMayRead || rights.OthersMayWrite ? Severity.High : Severity.Medium, AuditSubject.OfFile(path),
                    rights.OthersMayRead || rights.OthersMayWrite ? "every user may read or change a key" : "a group may read or change a key", [new($"{what} names it", configuration.Path), Mode(path, rights)], ["chmod 0600 it, and make a new key: this one has been readable"]);
            }
        }
    }

    /// <summary>Whether others may change a file, or put another one in its place.</summary>
    public static IEnumerable<AuditFinding> Changeable(string path, string configuration, string what)
    {
        if (FileStatus.TryOf(path) is { } file && (file.OthersMayWrite || file.GroupMayWrite))
        {
            yield return new AuditFinding(AuditRules.WritableByOthers, file.OthersMayWrite ? Severity.High : Severity.Medium, AuditSubject.OfFile(path), $"{(file.OthersMayWrite ? "every user" : "a group")} may change it",
                [new($"it is {what}", configuration), Mode(path, file)], ["chmod go-w it"]);
        }
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && FileStatus.TryOf(folder) is { OthersMayWrite: true, IsSticky: false } status)
        {
            yield return new AuditFinding(AuditRules.WritableByOthers, Severity.High, AuditSubject.OfFile(path), "every user may put another file in its place",
                [new($"it is {what}", configuration), Mode(folder, status)], ["chmod o-w its folder"]);
        }
    }

    static Evidence Mode(string path, FileStatus status) => new($"{Shown.Text(path)} has mode {status.Octal} and belongs to user {status.Uid}", "statx");
}
