using System.Runtime.CompilerServices;

namespace Vitrine.Pprof.Tests.Views;

/// <summary>Compares output with a file in Golden/. To accept a wanted change: run the tests with VITRINE_UPDATE_GOLDEN=1 and look at the difference in Git.</summary>
internal static class Golden
{
    public static void Check(string name, string actual, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("VITRINE_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing: make it with VITRINE_UPDATE_GOLDEN=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
