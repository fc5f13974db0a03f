// The page of all bugs, in the browser.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {chosen, open, pages} from './session.mjs';
import {bugs, inWork} from './support.mjs';

test('the gallery lists all bugs, with their stories, changes and runs', async () => {
  const page = await open(inWork('gallery/index.html'));
  assert.deepEqual(await page.locator('.list li b').allTextContents(), bugs);
  const links = new Set();
  for (const bug of bugs) {
    await page.evaluate((name) => {
      location.hash = `#bug=${name}`;
    }, bug);
    await page.waitForFunction(
      (name) => document.querySelector('.detail h2').textContent === name,
      bug,
    );
    assert.ok((await page.locator('.detail .story h2').count()) >= 3, bug);
    assert.ok((await page.locator('.detail .diff .added, .detail .diff .taken').count()) > 0, bug);
    for (const link of await page
      .locator('.runs a')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href'))))
      links.add(link);
  }
  assert.deepEqual([...links].sort(), pages.map(({name}) => `${name}.html`).sort());
  await page.getByRole('searchbox').fill('logcabin #44');
  assert.deepEqual(await page.locator('.list li:visible b').allTextContents(), ['commit-old-term']);
  await page.locator('.list li:visible a').click();
  await page.locator('.runs a').first().click();
  await page.waitForSelector('.steps');
  await page.getByRole('tab', {name: 'Story'}).click();
  assert.ok(await page.locator('.story h2').first().isVisible());
  await page.locator('.story a').first().click();
  assert.equal(await chosen(page), 10);
  await page.getByRole('tab', {name: 'Story'}).press('ArrowRight');
  assert.ok(await page.locator('.diff .added, .diff .taken').first().isVisible());
  await page.getByRole('link', {name: 'gallery'}).click();
  await page.waitForFunction(
    () => document.querySelector('.detail h2')?.textContent === 'commit-old-term',
  );
  await page.close();
});
