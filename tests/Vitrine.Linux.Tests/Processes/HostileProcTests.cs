using System.Text;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tests.Processes;

/// <summary>The kernel writes /proc, but targets choose much of its text, and sandboxes write their own: any bytes give a result or a refusal.</summary>
public sealed class HostileProcTests
{
    [Fact]
    public void AnyParser_OnMutatedText_NeverThrows()
    {
        var seeds = new[] { "/proc/self/stat", "/proc/self/status", "/proc/self/maps", "/proc/self/cgroup", "/proc/self/smaps_rollup" }.Where(File.Exists).Select(File.ReadAllBytes).ToArray();
        var random = new Random(8);
        for (var i = 0; i < 4000; i++)
        {
            var seed = seeds[random.Next(seeds.Length)];
            var text = seed.AsSpan(0, Math.Min(seed.Length, random.Next(1, 3000))).ToArray();
            for (var n = random.Next(0, 12); n > 0 && text.Length > 0; n--)
                text[random.Next(text.Length)] = (byte)random.Next(256);
            Use(text);
        }
    }

    [Fact]
    public void AnyParser_OnRandomText_NeverThrows()
    {
        var random = new Random(9);
        const string alphabet = "0123456789abcdef-: \n\t()[]/kB.rwxps";
        for (var i = 0; i < 4000; i++)
            Use([.. Enumerable.Range(0, random.Next(200)).Select(_ => (byte)alphabet[random.Next(alphabet.Length)])]);
    }

    static void Use(byte[] text)
    {
        if (ProcStat.TryParse(text, out var stat))
            Assert.NotNull(stat.Name);
        var status = ProcStatus.Parse(text);
        _ = (status.Capabilities, status.Gids, status.Uids, status.NamespacePids, status.SeccompMode, status.TracerPid, status.NoNewPrivileges);
        foreach (var map in MapsParser.Parse(text, Limits.Default))
            Assert.True(map.End > map.Start);
        if (ContainerIds.CgroupPath(text) is { } path)
            _ = ContainerIds.FromCgroupPath(path);
        _ = MemoryUsage.Parse(text);
        Assert.DoesNotContain(TerminalText.Sanitize(Encoding.UTF8.GetString(text)), char.IsControl);
    }
}
