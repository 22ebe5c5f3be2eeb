using System.Reflection;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Binaries;

public sealed class LimitsTests
{
    public static TheoryData<string> Names() => [.. typeof(Limits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EachLimit_IsBrokenByATest(string name)
    {
        var tests = Path.Combine(Checkout.Root, "tests");
        var files = Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal));
        Assert.Contains(files, file => File.ReadAllText(file).Contains($"new Limits {{ {name} =", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EachLimit_BelowOne_IsRefused(string name)
    {
        var property = typeof(Limits).GetProperty(name)!;
        var zero = Convert.ChangeType(0, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture);
        var error = Assert.Throws<TargetInvocationException>(() => property.SetValue(new Limits(), zero));
        Assert.IsType<ArgumentOutOfRangeException>(error.InnerException);
    }

    [Fact]
    public void SmallProcFiles_BeyondTheLimit_AreCut()
    {
        using var child = new Support.Child("sh", "-c", "read line", new string('x', 100_000));
        var process = LinuxProcess.Open(child.Pid, new Limits { MaxProcFileBytes = 4096 });
        Support.Until.True(() => process.CommandLine.Count > 2, () => "exec of sh");
        Assert.Equal(4096, process.CommandLine.Sum(a => a.Length + 1) - 1);
    }
}
