using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>A tab: what a test does in it, and every error that it reported.</summary>
internal sealed class Page : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly DevTools _devTools;
    readonly ConcurrentQueue<string> _errors = new();
    string _session = "";
    string _target = "";

    Page(DevTools devTools)
    {
        _devTools = devTools;
        _devTools.Event += OnEvent;
    }

    /// <summary>Uncaught exceptions, console errors, refused loads (content security policy): all that a clean page does not have.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public static async Task<Page> Open(DevTools devTools, string url, int width, int height, bool dark, bool reducedMotion)
    {
        var page = new Page(devTools);
        page._target = (await devTools.Call("Target.createTarget", new() { ["url"] = "about:blank" }))["targetId"]!.GetValue<string>();
        page._session = (await devTools.Call("Target.attachToTarget", new() { ["targetId"] = page._target, ["flatten"] = true }))["sessionId"]!.GetValue<string>();
        foreach (var domain in (string[])["Page", "Runtime", "Log"])
            await page.Call($"{domain}.enable");
        await page.Resize(width, height);
        await page.Call("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(
                new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" },
                new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = reducedMotion ? "reduce" : "no-preference" }),
        });
        await page.Call("Page.navigate", new() { ["url"] = url });
        await page.Until("document.readyState === 'complete'");
        return page;
    }

    Task<JsonNode> Call(string method, JsonObject? parameters = null) => _devTools.Call(method, parameters, _session);

    void OnEvent(string session, string method, JsonNode parameters)
    {
        if (session != _session)
            return;
        if (method == "Runtime.exceptionThrown")
            _errors.Enqueue(parameters["exceptionDetails"]!.ToJsonString());
        else if (method == "Runtime.consoleAPICalled" && parameters["type"]!.GetValue<string>() is "error" or "warning")
            _errors.Enqueue(parameters["args"]!.ToJsonString());
        else if (method == "Log.entryAdded" && parameters["entry"]!["level"]!.GetValue<string>() == "error")
            _errors.Enqueue(parameters["entry"]!["text"]!.GetValue<string>());
    }

    public Task Resize(int width, int height) =>
        Call("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>The value of an expression; a promise is waited for.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        var answer = await Call("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true, ["userGesture"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]?.ToJsonString()}");
        return answer["result"]!["value"];
    }

    public async Task<string> Text(string selector) => (await Evaluate($"document.querySelector({JsonValue.Create(selector)!.ToJsonString()}).textContent"))!.GetValue<string>();

    /// <summary>Waits until an expression is true.</summary>
    public async Task Until(string condition)
    {
        var waited = Stopwatch.StartNew();
        while ((await Evaluate($"Boolean({condition})"))!.GetValue<bool>() is false)
        {
            if (waited.Elapsed > Limit)
                Assert.Fail($"{condition} did not become true within {Limit.TotalSeconds} s; errors: {string.Join('\n', _errors)}");
            await Task.Delay(20);
        }
    }

    /// <summary>Presses a key as a keyboard does: one character types it, longer names are keys such as "Enter" and "ArrowDown".</summary>
    public async Task Press(string key)
    {
        var down = new JsonObject { ["type"] = "keyDown", ["key"] = key };
        if (key.Length == 1)
            down["text"] = key;
        else if (key == "Enter")
            down["text"] = "\r";
        await Call("Input.dispatchKeyEvent", down);
        await Call("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key });
    }

    public async Task Type(string text) => await Call("Input.insertText", new() { ["text"] = text });

    public async Task Click(double x, double y, int count = 1)
    {
        await Mouse("mouseMoved", x, y, 0);
        for (var i = 1; i <= count; i++)
        {
            await Mouse("mousePressed", x, y, i);
            await Mouse("mouseReleased", x, y, i);
        }
    }

    /// <summary>Presses at one point and releases at another.</summary>
    public async Task Drag(double fromX, double fromY, double toX, double toY)
    {
        await Mouse("mouseMoved", fromX, fromY, 0);
        await Mouse("mousePressed", fromX, fromY, 1);
        for (var step = 1; step <= 4; step++)
            await Call("Input.dispatchMouseEvent", new() { ["type"] = "mouseMoved", ["x"] = fromX + (toX - fromX) * step / 4, ["y"] = fromY + (toY - fromY) * step / 4, ["button"] = "left", ["buttons"] = 1 });
        await Mouse("mouseReleased", toX, toY, 1);
    }

    /// <summary>Turns the wheel with the control key held.</summary>
    public Task ControlWheel(double x, double y, double by) =>
        Call("Input.dispatchMouseEvent", new() { ["type"] = "mouseWheel", ["x"] = x, ["y"] = y, ["deltaX"] = 0, ["deltaY"] = by, ["modifiers"] = 2 });

    /// <summary>Moves the mouse there, and waits for the next pictures: browsers deliver movements with them.</summary>
    public async Task Hover(double x, double y)
    {
        await Mouse("mouseMoved", x, y, 0);
        await Evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
    }

    public async Task ClickOn(string selector)
    {
        var place = (await Evaluate($"(() => {{ const b = document.querySelector({JsonValue.Create(selector)!.ToJsonString()}).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()"))!.AsArray();
        await Click(place[0]!.GetValue<double>(), place[1]!.GetValue<double>());
    }

    Task Mouse(string type, double x, double y, int count) =>
        Call("Input.dispatchMouseEvent", new() { ["type"] = type, ["x"] = x, ["y"] = y, ["button"] = count > 0 ? "left" : "none", ["clickCount"] = count });

    /// <summary>A picture of the page (PNG), kept where VITRINE_SCREENSHOTS names a folder: for people to look at.</summary>
    public async Task<byte[]> Picture(string name)
    {
        var png = Convert.FromBase64String((await Call("Page.captureScreenshot", new() { ["format"] = "png" }))["data"]!.GetValue<string>());
        if (Environment.GetEnvironmentVariable("VITRINE_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), png);
        return png;
    }

    public async ValueTask DisposeAsync()
    {
        _devTools.Event -= OnEvent;
        await _devTools.Call("Target.closeTarget", new() { ["targetId"] = _target });
    }
}
