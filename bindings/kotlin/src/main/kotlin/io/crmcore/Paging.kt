package io.crmcore

/*
 * Everything that a query finds, page by page: the next page is asked for when the one before was read. `limit` of the
 * query is the size of a page. Nothing is kept, so a sequence may be read again, and then asks again.
 */

/** Every account that the query finds. */
fun Customers.accountSequence(query: Query = Query()): Sequence<Account> =
    paged(query, { accounts(it) }, AccountPage::items, AccountPage::nextCursor)

/** Every contact that the query finds. */
fun Customers.contactSequence(query: Query = Query()): Sequence<Contact> =
    paged(query, { contacts(it) }, ContactPage::items, ContactPage::nextCursor)

/** Every activity that the query finds. */
fun Customers.activitySequence(query: Query = Query()): Sequence<Activity> =
    paged(query, { activities(it) }, ActivityPage::items, ActivityPage::nextCursor)

/** Every attachment that the query finds. */
fun Customers.attachmentSequence(query: Query = Query()): Sequence<Attachment> =
    paged(query, { attachments(it) }, AttachmentPage::items, AttachmentPage::nextCursor)

/** Every product that the query finds. */
fun Products.productSequence(query: Query = Query()): Sequence<Product> =
    paged(query, { products(it) }, ProductPage::items, ProductPage::nextCursor)

/** Every class of products that the query finds. */
fun Products.productClassSequence(query: Query = Query()): Sequence<ProductClass> =
    paged(query, { productClasses(it) }, ProductClassPage::items, ProductClassPage::nextCursor)

/** Every definition of a technical parameter that the query finds. */
fun Products.productParameterSequence(query: Query = Query()): Sequence<ProductParameter> =
    paged(query, { productParameters(it) }, ProductParameterPage::items, ProductParameterPage::nextCursor)

/** Every price list that the query finds. */
fun Products.priceListSequence(query: Query = Query()): Sequence<PriceList> =
    paged(query, { priceLists(it) }, PriceListPage::items, PriceListPage::nextCursor)

/** Every list price that the query finds. */
fun Products.listPriceSequence(query: Query = Query()): Sequence<ListPrice> =
    paged(query, { listPrices(it) }, ListPricePage::items, ListPricePage::nextCursor)

/** Every record of relations of products that the query finds. */
fun Products.relationSequence(query: Query = Query()): Sequence<ProductRelation> =
    paged(query, { relations(it) }, ProductRelationPage::items, ProductRelationPage::nextCursor)

/** Every record of documents and knowledge articles that the query finds. */
fun Products.documentSequence(query: Query = Query()): Sequence<ProductDocument> =
    paged(query, { documents(it) }, ProductDocumentPage::items, ProductDocumentPage::nextCursor)

/** Every record of bundles that the query finds. */
fun Products.bundleSequence(query: Query = Query()): Sequence<ProductBundle> =
    paged(query, { bundles(it) }, ProductBundlePage::items, ProductBundlePage::nextCursor)

/** Every pipeline that the query finds. */
fun Sales.pipelineSequence(query: Query = Query()): Sequence<Pipeline> =
    paged(query, { pipelines(it) }, PipelinePage::items, PipelinePage::nextCursor)

/** Every lead that the query finds. */
fun Sales.leadSequence(query: Query = Query()): Sequence<Lead> =
    paged(query, { leads(it) }, LeadPage::items, LeadPage::nextCursor)

/** Every opportunity that the query finds. */
fun Sales.opportunitySequence(query: Query = Query()): Sequence<Opportunity> =
    paged(query, { opportunities(it) }, OpportunityPage::items, OpportunityPage::nextCursor)

/** Every quote that the query finds. */
fun Quotes.quoteSequence(query: Query = Query()): Sequence<Quote> =
    paged(query, { quotes(it) }, QuotePage::items, QuotePage::nextCursor)

/** Every stored run of forecasts that the query finds. */
fun Forecasts.runSequence(query: Query = Query()): Sequence<StoredForecastRun> =
    paged(query, { runs(it) }, StoredForecastRunPage::items, StoredForecastRunPage::nextCursor)

/** Every request for a special price that the query finds. */
fun SpecialPrices.requestSequence(query: Query = Query()): Sequence<SpecialPriceRequest> =
    paged(query, { requests(it) }, SpecialPriceRequestPage::items, SpecialPriceRequestPage::nextCursor)

/** Every price definition that the query finds. */
fun Conditions.definitionSequence(query: Query = Query()): Sequence<PriceDefinition> =
    paged(query, { definitions(it) }, PriceDefinitionPage::items, PriceDefinitionPage::nextCursor)

/** Every condition record that the query finds. */
fun Conditions.conditionSequence(query: Query = Query()): Sequence<PriceCondition> =
    paged(query, { conditions(it) }, PriceConditionPage::items, PriceConditionPage::nextCursor)

/** Every counter that the query finds. */
fun Conditions.counterSequence(query: Query = Query()): Sequence<ConditionCounter> =
    paged(query, { counters(it) }, ConditionCounterPage::items, ConditionCounterPage::nextCursor)

/** Everything of counters that documents use and the query finds. */
fun Conditions.usageSequence(query: Query = Query()): Sequence<ConditionUsage> =
    paged(query, { usages(it) }, ConditionUsagePage::items, ConditionUsagePage::nextCursor)

/** Every policy of material changes that the query finds. */
fun Quotes.policySequence(query: Query = Query()): Sequence<QuotePolicy> =
    paged(query, { policies(it) }, QuotePolicyPage::items, QuotePolicyPage::nextCursor)

/** Every order that the query finds. */
fun Quotes.orderSequence(query: Query = Query()): Sequence<SalesOrder> =
    paged(query, { orders(it) }, SalesOrderPage::items, SalesOrderPage::nextCursor)

/** Every user that the query finds. */
fun Admin.userSequence(query: Query = Query()): Sequence<User> =
    paged(query, { users(it) }, UserPage::items, UserPage::nextCursor)

/** Every role that the query finds. */
fun Admin.roleSequence(query: Query = Query()): Sequence<Role> =
    paged(query, { roles(it) }, RolePage::items, RolePage::nextCursor)

/** Every permission set that the query finds. */
fun Admin.permissionSetSequence(query: Query = Query()): Sequence<PermissionSet> =
    paged(query, { permissionSets(it) }, PermissionSetPage::items, PermissionSetPage::nextCursor)

/** Every organisation unit that the query finds. */
fun Admin.orgUnitSequence(query: Query = Query()): Sequence<OrgUnit> =
    paged(query, { orgUnits(it) }, OrgUnitPage::items, OrgUnitPage::nextCursor)

/** Every group that the query finds. */
fun Admin.userGroupSequence(query: Query = Query()): Sequence<UserGroup> =
    paged(query, { userGroups(it) }, UserGroupPage::items, UserGroupPage::nextCursor)

/** Every territory that the query finds. */
fun Admin.territorySequence(query: Query = Query()): Sequence<Territory> =
    paged(query, { territories(it) }, TerritoryPage::items, TerritoryPage::nextCursor)

/** Every transfer that the query finds. */
fun Transfers.transferSequence(query: Query = Query()): Sequence<PlannedTransfer> =
    paged(query, { transfers(it) }, PlannedTransferPage::items, PlannedTransferPage::nextCursor)

/** Every merge that the query finds. */
fun Merges.mergeSequence(query: Query = Query()): Sequence<MergeRecord> =
    paged(query, { merges(it) }, MergeRecordPage::items, MergeRecordPage::nextCursor)

/** Every sharing rule that the query finds. */
fun Admin.sharingRuleSequence(query: Query = Query()): Sequence<SharingRule> =
    paged(query, { sharingRules(it) }, SharingRulePage::items, SharingRulePage::nextCursor)

/** Every org-wide default that the query finds. */
fun Admin.sharingDefaultSequence(query: Query = Query()): Sequence<SharingDefault> =
    paged(query, { sharingDefaults(it) }, SharingDefaultPage::items, SharingDefaultPage::nextCursor)

/** Every definition of a custom field that the query finds. */
fun Admin.fieldDefinitionSequence(query: Query = Query()): Sequence<FieldDefinition> =
    paged(query, { fieldDefinitions(it) }, FieldDefinitionPage::items, FieldDefinitionPage::nextCursor)

/** Every entry of the journal behind a cursor that the reader may see, oldest first. */
fun Session.changeSequence(after: Long = 0): Sequence<JournalEntry> =
    generateSequence({ changesSince(after) }) { page -> if (page.hasMore) changesSince(page.nextCursor) else null }
        .flatMap { it.entries }

private fun <P : Any, T> paged(
    query: Query,
    ask: (Query) -> P,
    items: (P) -> List<T>,
    next: (P) -> String?,
): Sequence<T> =
    generateSequence({ ask(query) }) { page -> next(page)?.let { ask(query.copy(cursor = it)) } }.flatMap(items)
