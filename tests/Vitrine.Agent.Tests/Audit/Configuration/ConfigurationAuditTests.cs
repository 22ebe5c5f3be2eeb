using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Configuration;

namespace Vitrine.Agent.Tests.Audit.Configuration;

public sealed class ConfigurationAuditTests : IDisposable
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Everybodys = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-audit-config-").FullName;

    [Fact]
    public void Of_AClosedGate_FindsNothing()
    {
        var key = Write("audit.key", new string('k', 32), Private);
        var log = Write("audit.log", "", Private);

        var findings = ConfigurationAudit.Of(Gate($$"""
            { "Listeners": [ { "Address": "127.0.0.1:6070" } ],
              "Guard": { "Identity": { "Local": { "Allow": false }, "UnixPeers": { "Users": [ { "Name": "root", "Roles": [ "sre" ] } ] } }, "Audit": { "File": "{{log}}", "KeyFile": "{{key}}" } } }
            """));

        Assert.Empty(findings.Select(static one => $"{one.Rule.Id} {one.Title} {one.Evidence[0].Statement}"));
    }

    [Fact]
    public void Of_AnOpenGate_FindsWhatIsOpen()
    {
        var log = Write("audit.log", "not a record\n", Everybodys);
        var key = Write("tls.key", "key", Everybodys);
        var switches = Write("switches.json", "{}", Everybodys);

        var findings = ConfigurationAudit.Of(Gate($$"""
            { "Listeners": [ { "Address": ":6070", "AllowWithoutTls": true }, { "Address": "0.0.0.0:6443", "Certificate": "{{_folder}}/none.pem", "Key": "{{key}}" } ],
              "Guard": { "Identity": { "Local": { "Allow": true }, "Addresses": { "TrustedProxies": [ "0.0.0.0/0", "10.1.2.3" ] } }, "Policy": { "Roles": { "all": [ "pprof:raw:*" ] } },
                         "Switches": { "File": "{{switches}}" }, "Audit": { "File": "{{log}}" } } }
            """, Everybodys));

        Assert.Equal(
        [
            "VA060 High it listens beyond this machine, and nobody could say who they are", "VA060 High it listens beyond this machine, and nobody could say who they are", "VA060 High tokens cross the network readable",
            "VA060 Low a role gets profiles without redaction", "VA060 Medium nearly everybody is believed to be a proxy, and says from where a call comes",
            "VA060 Medium programs of every user of this machine are let in without credentials",
            "VA062 High others may change the audit log", "VA062 High the audit log is not as it was written", "VA062 Low whoever can write all of the audit log can write it anew",
            "VA063 High every user may change it", "VA063 High every user may change it", "VA064 High every user may read or change a key",
        ], findings.Select(static one => $"{one.Rule.Id} {one.Severity} {one.Title}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_AServicesSettings_LooksAtItsSection()
    {
        var findings = ConfigurationAudit.Of(Write("appsettings.json", """
            { // comments are taken
              "Logging": {}, "Vitrine": { "Guard": { "Limits": { }, "Audit": { "MaximumFileBytes": 1 } } } }
            """, Private));

        Assert.Contains(findings, static one => one.Rule == AuditRules.GuardInvalid && one.Evidence[0].Statement.StartsWith("Audit:MaximumFileBytes is 1", StringComparison.Ordinal));
        Assert.Contains(findings, static one => one.Rule == AuditRules.AuditLog);
    }

    [Theory]
    [InlineData("{ no json")]
    [InlineData("[]")]
    [InlineData("""{ "Guard": { "Identity": { "CacheSeconds": "many" } } }""")]
    public void Of_AFileThatIsNone_SaysSo(string text) =>
        Assert.Contains(ConfigurationAudit.Of(Gate(text)), static one => one.Rule == AuditRules.GuardInvalid || one.Rule == AuditRules.AuditLog);

    [Fact]
    public void Of_AFileInAFolderOfEverybodys_IsFound()
    {
        var folder = Path.Combine(_folder, "open");
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);

        Assert.Contains(ConfigurationAudit.Of(Write("open/gate.json", "{}", Private)), static one => one.Rule == AuditRules.WritableByOthers && one.Severity == Severity.High);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Gate(string text, UnixFileMode mode = Private) => Write("gate.json", text, mode);

    string Write(string name, string text, UnixFileMode mode)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
