using System.Text;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Checks;
using Vitrine.Agent.Audit.Facts;
using Vitrine.Agent.Audit.Secrets;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Tests.Audit.Secrets;

/// <summary>No secret that is planted in a process comes out in any format, wherever it was planted.</summary>
public sealed class NothingLeaksTests
{
    static readonly string[] s_names = ["DB_PASSWORD", "API_TOKEN", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "CLIENT_SECRET", "ConnectionStrings__Main", "HARMLESS", "LD_PRELOAD", "GODEBUG", "DOTNET_DiagnosticPorts", "DOTNET_STARTUP_HOOKS", "HOME", "GOPS_CONFIG_DIR"];

    [Fact]
    public void Report_OfPlantedSecrets_ShowsNoneInAnyFormat()
    {
        var random = new Random(20_261_122);
        for (var round = 0; round < 300; round++)
        {
            var planted = new List<string>();
            var process = Plant(random, planted);

            var report = Audit(process);

            var everything = Everything(report);
            Assert.All(planted, secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Report_OfNamedSecrets_NamesThem()
    {
        var process = Some.Go with
        {
            Arguments = ["/srv/checkout", "--db-password", "correct horse", "--token=abcdefgh12345", "serve"],
            Environment = [new("DB_PASSWORD", "hunter2hunter2"), new("PATH", "/bin")],
        };

        var findings = Audit(process).Findings;

        Assert.Equal(["--db-password: a password of 8 to 15 characters", "--token: a key or token of 8 to 15 characters"], findings.Single(static one => one.Rule == AuditRules.SecretInArguments).Evidence.Select(static one => one.Statement));
        Assert.Equal(["DB_PASSWORD: a password of 8 to 15 characters"], findings.Single(static one => one.Rule == AuditRules.SecretInEnvironment).Evidence.Select(static one => one.Statement));
    }

    [Fact]
    public void OfEnvironment_HugeOne_IsBounded()
    {
        var variables = Enumerable.Range(0, 100_000).Select(static i => new KeyValuePair<string, string>($"TOKEN_{i}_SECRET", "abcdefgh12345")).ToList();

        var result = SecretSearch.OfEnvironment(variables);

        Assert.Equal(50, result.Hits.Count);
        Assert.Equal(20_000 - 50, result.More);
    }

    static ProcessFacts Plant(Random random, List<string> planted)
    {
        List<string> arguments = ["/srv/checkout"];
        for (var i = random.Next(6); i > 0; i--)
        {
            var secret = Secret(random, planted);
            arguments.AddRange(random.Next(7) switch
            {
                0 => ["--password", secret],
                1 => [$"--api-token={secret}"],
                2 => [$"-p{secret}"],
                3 => [$"postgres://app:{secret}@db/orders"],
                4 => [$"Server=db;Password={secret};"],
                5 => ["-H", $"Authorization: Bearer {secret}"],
                _ => [secret],
            });
        }
        var environment = new List<KeyValuePair<string, string>>();
        for (var i = random.Next(8); i > 0; i--)
        {
            var secret = Secret(random, planted);
            environment.Add(random.Next(5) switch
            {
                0 => new(s_names[random.Next(s_names.Length)], $"redis://:{secret}@cache:6379"),
                1 => new(s_names[random.Next(5)], secret),
                2 => new("TOKEN " + secret, secret),
                3 => new("GODEBUG", $"http2debug=1,{secret}"),
                _ => new(s_names[random.Next(7)], secret),
            });
        }
        var kind = random.Next(3);
        var facts = (kind == 0 ? Some.DotNet : kind == 1 ? Some.Go : Some.Tool("/usr/bin/dlv")) with { Environment = environment, IsNamed = true };
        return facts with { Arguments = kind == 2 ? ["/usr/bin/dlv", "exec", "--headless", $"--listen={Secret(random, planted)}", "--", .. arguments] : arguments, Listening = kind == 2 ? null : [] };
    }

    static string Secret(Random random, List<string> planted)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!+";
        var text = new StringBuilder("x" + random.Next(10));
        for (var i = 8 + random.Next(40); i > 0; i--)
            text.Append(letters[random.Next(letters.Length)]);
        planted.Add(text.ToString());
        return text.ToString();
    }

    static AuditReport Audit(ProcessFacts process)
    {
        var view = Some.View(process);
        return new AuditReport
        {
            At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(1), Machine = Some.Machine, IsWholeMachine = false, Examined = 1, Targets = 1, NotAllowed = 0, Ended = 0,
            Hidden = new Dictionary<string, int>(), Findings = [.. AllChecks.OfProcess.SelectMany(check => check.Of(process, view))],
        };
    }

    static string Everything(AuditReport report)
    {
        using var writer = new StringWriter();
        AuditText.Write(writer, Style.None, report, Severity.Info, all: true);
        using var json = new MemoryStream();
        AuditJson.Write(json, report);
        AuditSarif.Write(json, report);
        return writer + Encoding.UTF8.GetString(json.ToArray());
    }
}
