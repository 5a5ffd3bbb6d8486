using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;
using static MultiAgentInfra.Core.Deployments.RuntimeClaimState;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class RuntimeImageStoreTests : IDisposable
{
    private const string Key = "set";
    private static readonly Digest Image = Digest.Of("image"u8);
    private static readonly Digest Sbom = Digest.Of("sbom"u8);
    private static readonly ScanVerdict Verdict = new(ScanOutcome.Passed, "trivy 0.70.1", "Nothing critical.", 0, 1, 2, 3, 0);

    private readonly TestStore _store = new();

    public enum Before
    {
        Nothing,
        HeldByMe,
        HeldByLiveOther,
        HeldByEndedOther,
        HolderFailedItsDeployment,
        HolderWasCancelled,
        FailedByOther,
        FailedByMe,
        Complete,
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(Before.Nothing, false, Claimed)]
    [InlineData(Before.Nothing, true, Claimed)]
    [InlineData(Before.HeldByMe, false, Claimed)]
    [InlineData(Before.HeldByMe, true, Claimed)]
    [InlineData(Before.HeldByLiveOther, false, InFlight)]
    [InlineData(Before.HeldByLiveOther, true, InFlight)]
    [InlineData(Before.HeldByEndedOther, false, Claimed)]
    [InlineData(Before.HeldByEndedOther, true, Claimed)]
    [InlineData(Before.HolderFailedItsDeployment, false, Claimed)]
    [InlineData(Before.HolderFailedItsDeployment, true, Failed)]
    [InlineData(Before.HolderWasCancelled, false, Claimed)]
    [InlineData(Before.HolderWasCancelled, true, Claimed)]
    [InlineData(Before.FailedByOther, false, Claimed)]
    [InlineData(Before.FailedByOther, true, Failed)]
    [InlineData(Before.FailedByMe, false, Claimed)]
    [InlineData(Before.Complete, false, Ready)]
    [InlineData(Before.Complete, true, Ready)]
    public async Task A_claim_is_decided_by_what_was_before(Before before, bool waited, RuntimeClaimState expected)
    {
        var me = (await _store.CreateAsync()).Operation.Id;
        await ArrangeAsync(before, me);

        var claim = await _store.RuntimeImages.ClaimAsync(me, Key, waited, Token);

        Assert.Equal(expected, claim.State);
        Assert.Equal(expected == Ready ? Image : null, claim.Image);
        Assert.Equal(expected == Failed ? "npm ended with 1." : null, claim.Cause);
        if (expected == Claimed)
            Assert.Equal(InFlight, (await _store.RuntimeImages.ClaimAsync((await _store.CreateAsync()).Operation.Id, Key, false, Token)).State);
    }

    [Fact]
    public async Task Of_32_claims_at_once_exactly_one_builds()
    {
        var operations = new List<Guid>();
        for (var i = 0; i < 32; i++)
            operations.Add((await _store.CreateAsync()).Operation.Id);

        var claims = await Task.WhenAll(operations.Select(id => Task.Run(() => _store.RuntimeImages.ClaimAsync(id, Key, false, Token))));

        Assert.Single(claims, claim => claim.State == Claimed);
        Assert.Equal(31, claims.Count(claim => claim.State == InFlight));
    }

    [Fact]
    public async Task Only_the_holder_can_fail_a_build()
    {
        var holder = (await _store.CreateAsync()).Operation.Id;
        var other = (await _store.CreateAsync()).Operation.Id;
        await _store.RuntimeImages.ClaimAsync(holder, Key, false, Token);

        await _store.RuntimeImages.FailAsync(Key, other, "Not mine.", Token);

        Assert.Equal(InFlight, (await _store.RuntimeImages.ClaimAsync(other, Key, true, Token)).State);
    }

    [Fact]
    public async Task The_first_completion_counts_and_nothing_undoes_it()
    {
        var created = await _store.CreateAsync();
        await _store.RuntimeImages.ClaimAsync(created.Operation.Id, Key, false, Token);
        await _store.RuntimeImages.CompleteAsync(Key, Image, Verdict, Sbom, Token);

        await _store.RuntimeImages.CompleteAsync(Key, Digest.Of("other"u8), Verdict, Sbom, Token);
        await _store.RuntimeImages.FailAsync(Key, created.Operation.Id, "Late.", Token);
        await _store.Agents.FailDeploymentAsync(new(created.Operation.Id, created.Agent.Id, OperationStatus.Failed, Error), Token);

        Assert.Equal(new(Key, Image, Verdict, Sbom), await _store.RuntimeImages.GetByDigestAsync(Image, Token));
        Assert.Null(await _store.RuntimeImages.GetByDigestAsync(Digest.Of("other"u8), Token));
    }

    private async Task ArrangeAsync(Before before, Guid me)
    {
        var other = await _store.CreateAsync();
        if (before is Before.HeldByMe or Before.FailedByMe)
            await _store.RuntimeImages.ClaimAsync(me, Key, false, Token);
        else if (before is not Before.Nothing)
            await _store.RuntimeImages.ClaimAsync(other.Operation.Id, Key, false, Token);
        await (before switch
        {
            Before.HeldByEndedOther => EndWithoutReleaseAsync(other.Operation.Id),
            Before.HolderFailedItsDeployment => FailAsync(OperationStatus.Failed),
            Before.HolderWasCancelled => FailAsync(OperationStatus.Canceled),
            Before.FailedByOther => _store.RuntimeImages.FailAsync(Key, other.Operation.Id, "npm ended with 1.", Token),
            Before.FailedByMe => _store.RuntimeImages.FailAsync(Key, me, "npm ended with 1.", Token),
            Before.Complete => _store.RuntimeImages.CompleteAsync(Key, Image, Verdict, Sbom, Token),
            _ => Task.CompletedTask,
        });

        Task FailAsync(OperationStatus status) => _store.Agents.FailDeploymentAsync(new(other.Operation.Id, other.Agent.Id, status, Error), Token);
    }

    // No path of the store leaves this behind; the claim must still not wait for ever.
    private Task EndWithoutReleaseAsync(Guid operation) => _store.Database.WriteAsync(
        db => { db.EndOperation(operation, OperationStatus.Failed, Error, _store.Clock.Now); },
        Token);
}
