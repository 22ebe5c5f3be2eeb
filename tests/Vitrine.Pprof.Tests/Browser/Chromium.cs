using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>
/// A headless Chromium with a profile of its own, driven through the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). A few calls are all that the
/// tests need; a browser automation library would bring a runtime of its own and its own browser.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-browser-");
    Process? _process;
    DevTools? _devTools;

    /// <summary>Where pages can be written that this browser opens.</summary>
    public string Folder => _folder.FullName;

    /// <summary>The installed browser, or null.</summary>
    static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).SelectMany(_ => Names, Path.Combine).FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
            return;
        var start = new ProcessStartInfo(path)
        {
            ArgumentList =
            {
                "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={Path.Combine(Folder, "profile")}", "--no-first-run", "--disable-gpu", "--disable-extensions",
                "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "about:blank",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Chromium refuses to sandbox itself when it runs as root, as it does in containers.
        if (Environment.IsPrivilegedProcess)
            start.ArgumentList.Insert(0, "--no-sandbox");
        _process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {path}");
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        // It writes this file when it listens: the port, and the path of the connection.
        var portFile = Path.Combine(Folder, "profile", "DevToolsActivePort");
        var waited = Stopwatch.StartNew();
        string[] lines = [];
        while (lines.Length < 2)
        {
            if (waited.Elapsed > StartLimit || _process.HasExited)
                throw new InvalidOperationException($"{path} did not open its DevTools port within {StartLimit.TotalSeconds} s");
            await Task.Delay(50);
            if (File.Exists(portFile))
                lines = await File.ReadAllLinesAsync(portFile);
        }
        _devTools = await DevTools.Connect(new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{lines[0]}{lines[1]}")));
    }

    /// <summary>Skips the test without a browser, or fails it where nothing may be missing.</summary>
    internal DevTools Require()
    {
        if (_devTools is null)
            Prerequisite.Missing("Chromium is missing: apt-get install chromium");
        return _devTools!;
    }

    /// <summary>Opens a page in a tab of its own.</summary>
    internal Task<Page> Open(string url, int width = 1400, int height = 850, bool dark = false, bool reducedMotion = true) =>
        Page.Open(Require(), url, width, height, dark, reducedMotion);

    /// <summary>Writes a file that this browser can open, and says where.</summary>
    internal string FileUrl(string name, Action<Stream> write)
    {
        var path = Path.Combine(Folder, name);
        using (var file = File.Create(path))
            write(file);
        return new Uri(path).AbsoluteUri;
    }

    public async ValueTask DisposeAsync()
    {
        if (_devTools is not null)
            await _devTools.DisposeAsync();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        // Helpers of the browser may still be closing their files.
        for (var attempt = 0; _folder.Exists; attempt++)
        {
            try
            {
                _folder.Delete(recursive: true);
                _folder.Refresh();
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(100);
            }
        }
    }
}
