using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vitrine.AspNetCore.Panics;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Tests.Panics;

public sealed class PanicGuardTests : IDisposable
{
    const string Secret = "the password is swordfish", Trace = "0af7651916cd43dd8448eb211c80319c";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-panics-");
    readonly LogLines _log = new();

    public void Dispose() => _folder.Delete(recursive: true);

    Task<TestService> Start(Action<VitrineOptions>? options = null, Action<WebApplication>? routes = null, string environment = "Production") => TestService.Start(
        one =>
        {
            one.Panics.Folder = _folder.FullName;
            options?.Invoke(one);
        },
        builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.Services.AddSingleton<IInstrument>(new TestDump("goroutine"));
        },
        app =>
        {
            routes?.Invoke(app);
            app.MapGet("/orders/{id}", static (string id) => Fault(id));
            app.MapGet("/other", static string () => throw new InvalidOperationException(Secret));
        }, environment);

    static async Task<string> Fault(string id)
    {
        await Task.Yield();
        throw new InvalidOperationException(Secret, new FormatException(id));
    }

    static void Drain(TestService service) => Assert.True(service.Services.GetRequiredService<PanicRecorder>().Drain(Wait.Limit));

    string[] Records() => [.. _folder.GetFiles("panic-*.txt").OrderBy(static one => one.Name, StringComparer.Ordinal).Select(static one => File.ReadAllText(one.FullName))];

    [Fact]
    public async Task Exception_IsAnsweredWithTheTraceAndNothingOfTheInside()
    {
        await using var service = await Start();

        using var answer = await service.Get("/orders/7", ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        using var problem = JsonDocument.Parse(body);
        Assert.Equal(Trace, problem.RootElement.GetProperty("traceId").GetString());
        Assert.Equal(500, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal(["type", "title", "status", "traceId"], problem.RootElement.EnumerateObject().Select(static one => one.Name));
    }

    [Fact]
    public async Task Exception_IsRecordedWithStackThreadsFiguresAndTrace_ButNotItsMessage()
    {
        await using var service = await Start();

        await service.Get("/orders/a-customer?card=4711", ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));
        Drain(service);

        var record = Assert.Single(Records());
        Assert.StartsWith("panic: System.InvalidOperationException at Vitrine.AspNetCore.Tests.Panics.PanicGuardTests.Fault", record, StringComparison.Ordinal);
        Assert.Contains($"trace: {Trace}\n", record, StringComparison.Ordinal);
        Assert.Contains("request: GET /orders/{id}\n", record, StringComparison.Ordinal);
        Assert.Contains(" ---> System.FormatException", record, StringComparison.Ordinal);
        Assert.Contains("# Collections0 = ", record, StringComparison.Ordinal);
        Assert.Contains("== threads\nthread 1 [running]:\nMain(...)\n", record, StringComparison.Ordinal);
        foreach (var secret in (string[])[Secret, "a-customer", "4711"])
        {
            Assert.DoesNotContain(secret, record, StringComparison.Ordinal);
            Assert.DoesNotContain(_log.Lines, one => one.Category.StartsWith("Vitrine", StringComparison.Ordinal) && one.Text.Contains(secret, StringComparison.Ordinal));
        }
        var line = Assert.Single(_log.Lines, static one => one.Level == LogLevel.Error);
        Assert.Contains(Trace, line.Text, StringComparison.Ordinal);
        Assert.Contains("PanicGuardTests.Fault", line.Text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, _folder.GetFiles().Single().UnixFileMode);
    }

    /// <summary>Cannot be asked.</summary>
    sealed class BrokenDump() : TestInstrument("goroutine"), ITextInstrument
    {
        public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation) => throw new ArithmeticException("the dump of the test is broken");
    }

    [Fact]
    public async Task Exception_ThreadsCannotBeLookedAt_IsRecordedAllTheSame()
    {
        await using var service = await TestService.Start(options => options.Panics.Folder = _folder.FullName, static builder => builder.Services.AddSingleton<IInstrument>(new BrokenDump()),
            static app => app.MapGet("/other", static string () => throw new InvalidOperationException(Secret)));

        await service.Get("/other");
        Drain(service);

        Assert.Contains("== threads\nunknown (the dump of the test is broken)\n", Assert.Single(Records()), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await service.Get("/other")).StatusCode);
    }

    [Fact]
    public async Task Exceptions_OfManyCauses_StopTheThreadsOnceInAWhile()
    {
        await using var service = await Start(static options => options.Panics.ThreadsInterval = TimeSpan.FromHours(1));

        await service.Get("/other");
        await service.Get("/orders/7");
        Drain(service);

        Assert.Equal(2, Records().Length);
        Assert.Single(Records(), static one => one.Contains("== threads\nthread 1 [running]", StringComparison.Ordinal));
        Assert.Single(Records(), static one => one.Contains("== threads\nnot looked at: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exception_MessagesAskedFor_AreRecorded()
    {
        await using var service = await Start(static options => options.Panics.IncludeMessages = true);

        await service.Get("/orders/7");
        Drain(service);

        Assert.Contains(Secret, Assert.Single(Records()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exceptions_OfOneCause_AreRecordedOnce_OfTwoCauses_Twice_AndAllAreCounted()
    {
        await using var service = await Start();

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.InternalServerError, (await service.Get($"/orders/{i}")).StatusCode);
        await service.Get("/other");
        Drain(service);

        Assert.Equal(2, Records().Length);
        Assert.Contains("vitrine_panics_total{otel_scope_name=\"Vitrine.AspNetCore\",error_type=\"System.InvalidOperationException\"} 6\n", await service.GetText("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_MoreThanTheFolderKeeps_TheOldestGo()
    {
        await using var service = await Start(static options => (options.Panics.Interval, options.Panics.MaximumFiles) = (TimeSpan.Zero, 3));

        for (var i = 0; i < 6; i++)
        {
            await service.Get("/other", ("traceparent", $"00-{i:d32}-b7ad6b7169203331-01".Replace("00000000000000000000000000000000", "10000000000000000000000000000000", StringComparison.Ordinal)));
            Drain(service);
        }

        Assert.Equal([3, 4, 5], Records().Select(static one => int.Parse(one.Split("trace: ")[1][..32], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Exception_AfterTheResponseBegan_BreaksTheConnection()
    {
        await using var service = await Start(routes: static app => app.MapGet("/half", static async context =>
        {
            await context.Response.WriteAsync("half of ");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException(Secret);
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => service.GetText("/half"));
        Drain(service);

        Assert.Single(Records());
    }

    [Fact]
    public async Task CallerThatWentAway_IsNoFault()
    {
        var reached = new SemaphoreSlim(0);
        var left = new TaskCompletionSource();
        await using var service = await Start(routes: app => app.MapGet("/slow", async (HttpContext context) =>
        {
            reached.Release();
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            finally
            {
                left.SetResult();
            }
        }));
        using var gone = new CancellationTokenSource();

        var asked = service.Client.GetAsync("/slow", gone.Token);
        Assert.True(await reached.WaitAsync(Wait.Limit));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await left.Task.WaitAsync(Wait.Limit);

        await Wait.Until(async () => (await service.GetText("/metrics")).Contains("http_response_status_code=\"499\"", StringComparison.Ordinal), "the request is counted as 499");
        Assert.DoesNotContain("vitrine_panics_total", await service.GetText("/metrics"), StringComparison.Ordinal);
        Assert.Empty(Records());
    }

    [Fact]
    public async Task CancellationOfTheServicesOwn_IsAFault()
    {
        await using var service = await Start(routes: static app => app.MapGet("/timeout", static async () =>
        {
            using var soon = new CancellationTokenSource(1);
            await Task.Delay(Timeout.Infinite, soon.Token);
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await service.Get("/timeout")).StatusCode);
        Drain(service);
        Assert.Single(Records());
    }

    [Fact]
    public async Task BadRequest_IsTheCallersFault()
    {
        await using var service = await Start(routes: static app => app.MapPost("/small", static async context =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 10;
            await context.Request.Body.CopyToAsync(Stream.Null);
        }));

        using var answer = await service.Client.PostAsync("/small", new StringContent(new string('x', 100)));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(Records());
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task HandlersOfTheServicesOwn_Answer_AndTheFaultIsRecorded(bool development)
    {
        await using var service = await Start(environment: development ? "Development" : "Production", routes: app =>
        {
            if (!development) app.UseExceptionHandler(static handler => handler.Run(static async context => await context.Response.WriteAsync("sorry")));
        });

        var body = await service.GetText("/orders/7");
        // The answer is complete before the request has come back through the guard.
        await Wait.Until(() => Records().Length > 0, "the fault is recorded");

        Assert.Contains(development ? Secret : "sorry", body, StringComparison.Ordinal);   // the developer's page shows it
        Assert.Contains("PanicGuardTests.Fault", Assert.Single(Records()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HandlersOfTheServicesOwn_AnswerThatItIsTheCallersFault_IsNoPanic()
    {
        await using var service = await Start(routes: static app => app.UseExceptionHandler(static handler => handler.Run(static async context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("there is no such order");
        })));

        using var answer = await service.Get("/orders/7");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        // The request is counted once it has come back through the guard.
        await Wait.Until(async () => (await service.GetText("/metrics")).Contains("http_response_status_code=\"404\"", StringComparison.Ordinal), "the request is over");
        Drain(service);
        Assert.DoesNotContain("vitrine_panics_total", await service.GetText("/metrics"), StringComparison.Ordinal);
        Assert.Empty(Records());
    }

    [Fact]
    public async Task ServiceThatEnds_WhatItWasAt_IsNoPanic()
    {
        var reached = new SemaphoreSlim(0);
        await using var service = await Start(routes: app => app.MapGet("/slow", async (Microsoft.Extensions.Hosting.IHostApplicationLifetime lifetime) =>
        {
            reached.Release();
            await Task.Delay(Timeout.Infinite, lifetime.ApplicationStopping);
        }));

        var asked = service.Get("/slow");
        Assert.True(await reached.WaitAsync(Wait.Limit));
        service.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        using var answer = await asked;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Drain(service);
        Assert.Empty(Records());
    }

    [Fact]
    public async Task SwitchedOff_TheServerAnswersAsWithoutIt()
    {
        await using var service = await Start(static options => options.Panics.Enabled = false);

        using var answer = await service.Get("/orders/7");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Empty(Records());
    }

    [Fact]
    public async Task Threads_TooMuchText_IsCutAndSaysSo()
    {
        using var text = new BoundedText(10);

        await text.WriteAsync("0123456");
        text.Write('7');
        text.Write("89abcdef");

        Assert.Equal("0123456789\n(6 more characters are left out)\n", text.ToString());
    }
}
